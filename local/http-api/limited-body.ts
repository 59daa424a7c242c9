import type { IncomingMessage } from 'node:http';

/** The body of a request; undefined as soon as it is larger than so many bytes. */
export async function readLimited(
  request: IncomingMessage,
  maximumBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > maximumBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

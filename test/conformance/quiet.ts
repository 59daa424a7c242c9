import { expect } from 'vitest';
import { unique } from './conformance-server.ts';
import type { RawClient } from './raw-client.ts';

/** A message that the client publishes to itself now: whatever was published before comes first. */
async function mark(client: RawClient): Promise<string> {
  const marker = unique('marker');
  await client.subscribe({ topic: marker, qos: 0 });
  client.sendPublish(marker, marker);
  return marker;
}

/** Nothing waits for the client. */
export async function expectNothingMore(client: RawClient): Promise<void> {
  const marker = await mark(client);

  expect((await client.next('publish')).payload.toString()).toBe(marker);
  expect(client.left('publish')).toEqual([]);
  expect(client.left('pubrel')).toEqual([]);
}

/** What comes to the client of what was published until now; acknowledged. */
export async function payloadsUntilNow(client: RawClient): Promise<string[]> {
  const marker = await mark(client);
  const payloads: string[] = [];
  for (;;) {
    const payload = (await client.message()).payload.toString();
    if (payload === marker) return payloads;
    payloads.push(payload);
  }
}

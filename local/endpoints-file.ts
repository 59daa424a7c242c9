import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where everything is, as the file holds it. */
export interface Endpoints {
  readonly mqtt: string;
  /** The packet edge, straight over TCP and over WebSocket; absent if the stack has no function for it. */
  readonly packets?: string;
  readonly packetsWs?: string;
  /** The session API, and the operators' page; absent if the stack is without them. */
  readonly api?: string;
  readonly console?: string;
  readonly aws: string;
  readonly dynamodb: string;
  readonly region: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
  readonly queues: Readonly<Record<string, string>>;
  readonly eventBus: string;
}

export const ENDPOINTS_FILE = fileURLToPath(new URL('../.local/endpoints.json', import.meta.url));

/**
 * Writes where everything is, for other programs. The returned function removes the file again, unless another
 * cloud has written its own in the meantime; it runs at once, so it may be called while the process ends.
 */
export function writeEndpoints(endpoints: Endpoints, file: string = ENDPOINTS_FILE): () => void {
  const content = `${JSON.stringify(endpoints, null, 2)}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return () => {
    try {
      if (readFileSync(file, 'utf8') === content) rmSync(file);
    } catch {
      // It is gone already.
    }
  };
}

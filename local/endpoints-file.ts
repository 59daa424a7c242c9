import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from './cloud.ts';

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

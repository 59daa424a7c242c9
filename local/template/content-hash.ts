import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The same for the same files (names and content) and texts, and for nothing else. */
export async function contentHash(paths: readonly string[], texts: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.versions.node);
  for (const text of texts) hash.update(`\0${text}`);
  for (const path of paths) await add(hash, path);
  return hash.digest('hex').slice(0, 32);
}

async function add(hash: Hash, path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return;
  hash.update(`\0${path}\0`);
  if (!status.isDirectory()) {
    hash.update(await readFile(path));
    return;
  }
  for (const name of (await readdir(path)).sort()) await add(hash, join(path, name));
}

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Assemblies that stay however old they are, the last used first. */
const KEPT = 12;
/** Another process may still read one that is younger. */
const MINIMUM_AGE_MS = 3_600_000;

/** Each change of a source makes another assembly; those of long ago, and unfinished ones, go. */
export async function removeOldAssemblies(parent: string): Promise<void> {
  const names = await readdir(parent);
  const found = await Promise.all(
    names.map(async (name) => {
      const status = await stat(join(parent, name)).catch(() => undefined);
      return { name, usedAtMs: status?.mtimeMs ?? Date.now() };
    }),
  );
  const finished = found.filter(({ name }) => !name.startsWith('unfinished-'));
  const kept = finished.sort((one, other) => other.usedAtMs - one.usedAtMs).slice(0, KEPT);
  for (const assembly of found) {
    const old = Date.now() - assembly.usedAtMs > MINIMUM_AGE_MS;
    if (old && !kept.includes(assembly))
      await rm(join(parent, assembly.name), { recursive: true, force: true });
  }
}

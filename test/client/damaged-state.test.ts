import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, it } from 'vitest';
import { createSessionStore } from '#client/session-store';
import { sessionDirectory } from './directory.ts';

it('says that it is damaged and what to do, each time', async () => {
  const directory = await sessionDirectory();
  await (await createSessionStore(directory)).close();
  const [manifest = ''] = (await readdir(directory)).filter((name) => name.startsWith('MANIFEST'));
  await writeFile(join(directory, manifest), '');
  for (const _ of [1, 2])
    await expect(createSessionStore(directory)).rejects.toThrow(/is damaged \(.*\); remove the directory/);
});

it('is left to the version that has written it', async () => {
  const directory = await sessionDirectory();
  const written = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer' });
  await written.put('o0000000000001', Buffer.from('something else'));
  await written.close();
  await expect(createSessionStore(directory)).rejects.toThrow(/at o0000000000001 that is no PUBLISH/);
  await written.open();
  await written.close();
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** Where tests are that carry statements in their names. */
const FOLDERS = ['test/client', 'test/conformance/themes'];

/** A test of the device library. */
export const isOfClient = (file: string): boolean => file.startsWith('test/client/');

const MARK = /\[MQTT-[\d.]+-\d+(?: v3\.1\.1)?\]/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;

/** For each statement, as names of tests have it, the files with tests of it. */
export function testsOfStatements(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const files = FOLDERS.filter((folder) => existsSync(new URL(folder, ROOT))).flatMap((folder) =>
    readdirSync(new URL(folder, ROOT))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
  for (const file of files.filter((each) => each.endsWith('.ts'))) {
    const code = readFileSync(new URL(file, ROOT), 'utf8').replaceAll(COMMENTS, '');
    for (const mark of new Set(code.match(MARK))) found.set(mark, [...(found.get(mark) ?? []), file]);
  }
  return found;
}

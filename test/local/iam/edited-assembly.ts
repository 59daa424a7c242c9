import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '#local/template/template';

type Properties = Record<string, unknown>;
export type Edit = (logicalId: string, type: string, properties: Properties) => void;

/** A copy of an assembly in which every resource of the stack was offered to an edit. */
export async function editedAssembly(assemblyDirectory: string, edit: Edit): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  await cp(assemblyDirectory, directory, { recursive: true });
  const file = join(directory, 'MqttSessions.template.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  for (const [logicalId, { Type, Properties: properties = {} }] of Object.entries(template.Resources)) {
    edit(logicalId, Type, properties);
  }
  await writeFile(file, JSON.stringify(template));
  return directory;
}

interface Statement {
  Action: string | string[];
  Condition?: object;
}

/** Edits the statements of a function's policy; `Deliver` names that of the deliver function. */
export function onStatements(name: string, edit: (statement: Statement) => void): Edit {
  return (logicalId, type, properties) => {
    if (type !== 'AWS::IAM::Policy' || !logicalId.includes(`${name}Role`)) return;
    const { Statement } = properties['PolicyDocument'] as { Statement: Statement[] };
    for (const statement of Statement) edit(statement);
  };
}

/** Takes an action out of every statement of a function's policy. */
export function without(name: string, action: string): Edit {
  return onStatements(name, (statement) => {
    statement.Action = [statement.Action].flat().filter((each) => each !== action);
  });
}

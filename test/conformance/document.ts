import { basename } from 'node:path';
import { mark } from './statements/index.ts';
import type { LifecycleEdge, Statement } from './statements/statement.ts';
import { isOfClient } from './tests-of-statements.ts';

type Tests = ReadonlyMap<string, readonly string[]>;

const link = (file: string) => `[${basename(file).replace(/(\.test)?\.ts$/, '')}](../${file})`;

function packetEdge(statement: Statement, tests: Tests): string {
  const { binds, shown } = statement;
  const files = tests.get(mark(statement)) ?? [];
  const server = files.filter((file) => !isOfClient(file)).map(link);
  const client = files.filter(isOfClient).map(link);
  const parts = [
    ...(shown !== undefined ? [`kept: ${'untested' in shown ? shown.untested : link(shown.elsewhere)}`] : []),
    ...(server.length > 0
      ? [`${binds === 'client' ? 'the server sees to it' : 'kept'}: ${server.join(', ')}`]
      : []),
    ...(client.length > 0 ? [`device library: ${client.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : "the client's own";
}

function lifecycleEdge(edge: LifecycleEdge, binds: Statement['binds']): string {
  switch (edge.by) {
    case 'broker':
      return binds === 'client' ? "the client's own" : 'AWS IoT Core';
    case 'service':
      return `kept: ${link(edge.test)}`;
    case 'both':
      return `in part: ${edge.how}${edge.test === undefined ? '' : ` (${link(edge.test)})`}`;
    case 'nobody':
      return `not kept: ${edge.reason}`;
  }
}

const cell = (text: string) => text.replaceAll('|', '\\|');

function table(statements: readonly Statement[], tests: Tests): string {
  const rows = statements.map((statement) => {
    const cells = [
      statement.id,
      statement.words,
      packetEdge(statement, tests),
      lifecycleEdge(statement.lifecycle, statement.binds),
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return [
    '| statement | what it says | packet edge | lifecycle edge |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function counts(statements: readonly Statement[]): string {
  const bound = statements.filter(({ binds }) => binds !== 'client');
  const not = bound.filter(({ lifecycle }) => lifecycle.by === 'nobody').length;
  const partly = bound.filter(({ lifecycle }) => lifecycle.by === 'both').length;
  return `${statements.length} statements, of which ${bound.length} bind a server. The packet edge keeps all of them; at the lifecycle edge ${not} are not kept and ${partly} in part.`;
}

/** docs/conformance.md. */
export function conformanceDocument(statements: readonly Statement[], tests: Tests): string {
  const section = (title: string, version: Statement['version']) => {
    const own = statements.filter((statement) => statement.version === version);
    return `## ${title}\n\n${counts(own)}\n\n${table(own, tests)}\n`;
  };
  return `# Conformance

What each edge keeps of the numbered statements of MQTT 5.0 and 3.1.1, in our own words; the standards decide.

- **Packet edge**: the service itself is the server. *kept* comes with the tests that carry the statement in their
  names and run over sockets. What binds the client alone is the client's own: the device library's tests, or tests
  that the server refuses what a client must not do.
- **Lifecycle edge**: AWS IoT Core is the server. *AWS IoT Core* means that the service neither adds to it nor takes
  from it. *kept* is what the service itself sees to. *not kept* says why.

Made from the names of the tests and \`test/conformance/statements\`. A test fails when this page is not what they say;
\`npx vitest run --root . --config test/vitest.config.ts test/conformance/document.test.ts -u\` writes it anew.

${section('MQTT 5.0', '5')}
${section('MQTT 3.1.1', '3.1.1')}`;
}

import { expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { connect, startIotCore } from './start.ts';

/** A rule whose function takes one message, and the next one when it is told to. */
async function startSlowRule() {
  const taken: unknown[] = [];
  const waiting: (() => void)[] = [];
  const { core, observed } = await startIotCore({
    invokeFunction: async (_, payload) => {
      taken.push((payload as { readonly topic: string }).topic);
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
  });
  core.putRule({
    ruleName: 'slow',
    sql: "SELECT topic() AS topic FROM 'slow/#'",
    actions: [{ lambda: { functionArn: 'arn:slow' } }],
  });
  return { core, observed, taken, next: () => waiting.shift()?.() };
}

it('reads the next packet of a connection when the function behind a rule has room for it', async () => {
  const { core, taken, next } = await startSlowRule();
  const { client } = await connect(core);
  const other = await connect(core);
  for (const name of ['a', 'b', 'c']) client.publish(`slow/${name}`, '');
  await eventually(() => expect(taken).toEqual(['slow/a']));
  // Only the connection that is too fast waits.
  await other.client.publishAsync('slow/other', '', { qos: 1 });
  expect(taken).toEqual(['slow/a', 'slow/other']);
  next();
  await eventually(() => expect(taken).toEqual(['slow/a', 'slow/other', 'slow/b']));
  next();
  next();
  await eventually(() => expect(taken).toEqual(['slow/a', 'slow/other', 'slow/b', 'slow/c']));
});

it('handles what came before a DISCONNECT, and the DISCONNECT itself, however slow the function', async () => {
  const { core, observed, taken, next } = await startSlowRule();
  const { client } = await connect(core, { clientId: 'leaving' });
  client.publish('slow/a', '');
  client.publish('slow/b', '');
  await client.endAsync();
  await eventually(() => expect(taken).toEqual(['slow/a']));
  next();
  await eventually(() => expect(taken).toEqual(['slow/a', 'slow/b']));
  next();
  await eventually(() =>
    expect(observed).toContainEqual(
      expect.objectContaining({ kind: 'disconnected', reason: 'CLIENT_INITIATED_DISCONNECT' }),
    ),
  );
});

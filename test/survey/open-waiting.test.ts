import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { positionAt } from '#session/position';
import type { LogPageRead } from '#store/messages/log-pages';
import type { FoundMessage } from '#store/messages/message-log';
import { openWaiting } from '#survey/open-waiting';
import type { WaitingMessage } from '#survey/waiting';
import { awaySession, NOW_MS, subscriptionOf } from './surveyed-fleet.ts';

const session = awaySession('vehicle-7', NOW_MS);
const subscription = subscriptionOf(session);

/** So many messages wait, a second apart. */
function logOf(count: number) {
  const reads: LogPageRead[] = [];
  const messages = Array.from({ length: count }, (_, index): FoundMessage => {
    const receivedAtMs = NOW_MS - (count - index) * 1_000;
    return {
      log: `${subscription.filter}#0`,
      messageId: String(index),
      topic: subscription.filter,
      payload: new Uint8Array(6),
      qos: 1,
      receivedAtMs,
      position: positionAt(receivedAtMs),
    };
  });
  const page = async (read: LogPageRead) => {
    reads.push(read);
    const found = messages.filter(({ position }) => position >= read.from).slice(0, read.limit);
    return { messages: found, isLast: found.length < read.limit };
  };
  return { reads, logPages: { page } };
}

function waitingIn({ logPages }: ReturnType<typeof logOf>) {
  return openWaiting(session, [subscription], {
    logPages,
    routes: { find: async () => [] },
    flows: { get: async () => undefined },
    configuration: { policies: [], settings: DEFAULT_SETTINGS },
    clock: () => NOW_MS,
  });
}

async function collected(waiting: AsyncIterable<WaitingMessage>): Promise<WaitingMessage[]> {
  const found: WaitingMessage[] = [];
  for await (const message of waiting) found.push(message);
  return found;
}

it('has each message once, with its filter and what it weighs', async () => {
  const found = await collected(waitingIn(logOf(90)));
  expect(found).toHaveLength(90);
  expect(new Set(found.map(({ position }) => position)).size).toBe(90);
  expect(found[0]).toEqual({ position: positionAt(NOW_MS - 90_000), filter: subscription.filter, bytes: 60 });
});

it('reads little where little waits, and more at a time where more does', async () => {
  const little = logOf(2);
  await collected(waitingIn(little));
  expect(little.reads.map(({ limit }) => limit)).toEqual([4]);
  const much = logOf(90);
  await collected(waitingIn(much));
  expect(much.reads.map(({ limit }) => limit)).toEqual([4, 16, 64, 100]);
});

import { expect, it } from 'vitest';
import { ingest } from '#edge/messages/ingest';
import { positionAt } from '#session/position';
import { elapse, VirtualTime } from '#test/delivery/virtual-time';

const NOW_MS = 1_795_000_000_000;

it('logs a message that matches very many filters for some of them at a time: each write holds all of it', async () => {
  const time = new VirtualTime(NOW_MS);
  const routes = Array.from({ length: 1_000 }, (_, index) => ({
    filter: `${index}`,
    shards: 1,
    retainSeconds: 60,
  }));
  const logged = new Set<string>();
  let underWay = 0;
  let most = 0;
  const log = {
    async append({ filter }: { readonly filter: string }) {
      underWay += 1;
      most = Math.max(most, underWay);
      await time.sleep(1);
      underWay -= 1;
      logged.add(filter);
      return positionAt(NOW_MS + Number(filter));
    },
  };
  const message = {
    messageId: 'm',
    topic: 'a',
    payload: new Uint8Array(1),
    qos: 1,
    receivedAtMs: NOW_MS,
  } as const;
  const ingested = ingest(message, { router: { route: async () => routes }, log });
  await elapse(time, ingested);
  expect(await ingested).toEqual({ routes, appendedAtMs: NOW_MS + 999 });
  expect(logged.size).toBe(routes.length);
  expect(most).toBeLessThanOrEqual(16);
});

import { describe, it } from 'vitest';
import { SECOND, settings } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { ACTS, type Bench, expectTruth } from './act-cases.ts';
import { Desk } from './desk.ts';
import { Device } from './device.ts';

const tables = useTables();

function newBench(): Bench {
  const desk = new Desk(tables(), { sessionExpiryInterval: 3600 });
  const device = new Device(desk);
  desk.broker.grant(desk.filter('a'));
  const { clientId, operator, history, requests } = desk;
  return {
    clientId,
    operator,
    history,
    device,
    acts: { ...desk.acts, broker: device.broker },
    filter: (rest) => desk.filter(rest),
    async publish(count) {
      const [filter, topic] = [desk.filter('a'), desk.filter('a')];
      for (let index = 0; index < count; index += 1) {
        desk.nowMs += SECOND;
        const [receivedAtMs, payload] = [desk.nowMs, Buffer.from(String(index))];
        const message = { messageId: `m${index}`, topic, payload, qos: 1 as const, receivedAtMs };
        await desk.messages.append({ filter, shards: 1, retainSeconds: 100_000, message });
      }
      desk.nowMs += settings.settleSeconds * SECOND;
      requests.all.length = 0;
    },
    isDeliveryAsked: () => requests.of('deliveries').length > 0,
  };
}

describe('an act among what the device does, and with a death between any two calls, tells the truth', () => {
  it.each(ACTS)('$name', (act) => expectTruth(act, newBench, 15));
});

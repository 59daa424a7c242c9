import { describe, it } from 'vitest';
import { ACTS, type Bench, expectTruth } from './act-cases.ts';
import { PacketDesk } from './packet-desk.ts';
import { PacketDevice } from './packet-device.ts';

function newBench(): Bench {
  const desk = new PacketDesk();
  const device = new PacketDevice(desk);
  const { clientId, operator, history } = desk;
  return {
    clientId,
    operator,
    history,
    device,
    acts: { ...desk.acts, signalSender: device.signalSender },
    filter: (rest) => rest,
    async publish(count) {
      for (let index = 0; index < count; index += 1) {
        desk.pass(1);
        const receivedAtMs = desk.acts.clock();
        const [messageId, payload] = [`m${index}`, Buffer.from(String(index))];
        const message = { messageId, topic: 'a', payload, qos: 1 as const, receivedAtMs };
        await desk.edge.log.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message });
      }
      desk.pass(10);
    },
    isDeliveryAsked: () => device.looks > 0,
  };
}

describe('an act on a session of the packet edge tells the truth among all that its client does', () => {
  it.each(ACTS)('$name', (act) => expectTruth(act, newBench, 40));
});

import { expect, it } from 'vitest';
import { endSubscription, putSubscription } from '#operator/provision/one-filter';
import { provision } from '#operator/provision/provision';
import { publishPacket, subscribePacket } from '#test/packet-edge/clients/asked-twice';
import { PacketDesk } from './packet-desk.ts';

async function scene() {
  const desk = new PacketDesk();
  const { carried } = await desk.connect({ properties: { sessionExpiryInterval: 3600 } });
  await carried.send(subscribePacket('own'));
  const publisher = (await desk.connect({}, 'publisher')).carried;
  let packetId = 0;
  const publish = async (...topics: string[]) => {
    for (const topic of topics) {
      packetId += 1;
      desk.pass(5);
      await publisher.send(publishPacket(topic, packetId, { qos: 1 }));
    }
    desk.pass(5);
  };
  const put = (filter: string) =>
    putSubscription(desk.clientId, { filter, qos: 1 }, desk.operator, desk.acts);
  const end = (filter: string) => endSubscription(desk.clientId, filter, desk.operator, desk.acts);
  return { desk, carried, publish, put, end };
}

it('a connected client of the packet edge gets what comes for a subscription of an operator, until that ends', async () => {
  const { desk, carried, publish, put, end } = await scene();
  expect(await put('more/#')).toMatchObject({ outcome: 'created' });
  expect(desk.signals.at(-1)).toEqual({ kind: 'look', connectionId: carried.id });
  await publish('more/1', 'own');
  expect(desk.topicsOf(await carried.look()).sort()).toEqual(['more/1', 'own']);
  expect(await end('more/#')).toMatchObject({ outcome: 'unsubscribed', heldByBroker: false });
  await publish('more/2', 'own');
  expect(desk.topicsOf(await carried.look())).toEqual(['own']);
});

it('what its device has subscribed can be ended too, and it may subscribe again', async () => {
  const { desk, carried, publish, end } = await scene();
  expect(await end('own')).toMatchObject({ outcome: 'unsubscribed' });
  await publish('own');
  expect(desk.topicsOf(await carried.look())).toEqual([]);
  await carried.send(subscribePacket('own'));
  await publish('own');
  expect(desk.topicsOf(await carried.look())).toEqual(['own']);
});

it('a client that is away gets on its return what came since it was subscribed', async () => {
  const { desk, carried, publish, put, end } = await scene();
  await carried.closed('CONNECTION_LOST');
  await publish('more/early');
  await put('more/#');
  await end('own');
  await publish('more/late', 'own');
  const back = await desk.connect({ properties: { sessionExpiryInterval: 3600 } });
  expect(desk.topicsOf(back)).toEqual(['more/late']);
});

it('who asks again for what it has made before signals once more, since it may have died in between', async () => {
  const { desk, put } = await scene();
  await put('more/#');
  expect(await put('more/#')).toMatchObject({ outcome: 'unchanged' });
  expect(desk.signals.filter(({ kind }) => kind === 'look').length).toBeGreaterThanOrEqual(2);
  const before = desk.signals.length;
  expect(
    await putSubscription(desk.clientId, { filter: 'own', qos: 2 }, desk.operator, desk.acts),
  ).toMatchObject({
    outcome: 'unchanged',
  });
  expect(desk.signals.length).toBe(before);
});

it('so does who asks again for the whole session', async () => {
  const { desk } = await scene();
  const subscriptions = ['own', 'more/#'].map((filter) => ({ filter, qos: 2 as const }));
  const wanted = { sessionExpiryInterval: 3600, subscriptions };
  const looks = () => desk.signals.filter(({ kind }) => kind === 'look').length;
  await provision(desk.clientId, wanted, desk.operator, desk.acts);
  const once = looks();
  expect(once).toBeGreaterThan(0);
  expect(await provision(desk.clientId, wanted, desk.operator, desk.acts)).toMatchObject({
    outcome: 'unchanged',
  });
  expect(looks()).toBeGreaterThan(once);
});

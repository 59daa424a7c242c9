import { describe, expect, it } from 'vitest';
import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { endSession } from '#operator/acts/end-session';
import { resume } from '#operator/acts/resume';
import type { OperatorDependencies } from '#operator/dependencies';
import { provision } from '#operator/provision/provision';
import { publishPacket, subscribePacket } from '#test/packet-edge/clients/asked-twice';
import { PacketDesk } from './packet-desk.ts';

const BY_OPERATOR = 'API_INITIATED_DISCONNECT';

/** Something happens just before the first write of a session that an act makes. */
function interrupted(desk: PacketDesk, happens: () => Promise<unknown>): OperatorDependencies {
  const { sessions } = desk.acts;
  let isFirst = true;
  return {
    ...desk.acts,
    sessions: {
      ...sessions,
      write: async (...write: Parameters<typeof sessions.write>) => {
        if (isFirst) {
          isFirst = false;
          await happens();
        }
        return sessions.write(...write);
      },
    },
  };
}

describe('a connection of the packet edge that an operator ends', () => {
  it('is closed by its listener, and in the session at once', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect({ will: { topic: 'gone', payload: 'x', qos: 1, properties: {} } });
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'closed' });
    expect(desk.edge.sentSignals).toEqual([
      { address: 'here', signals: [{ kind: 'close', connectionId: carried.id }] },
    ]);
    const session = await desk.session();
    expect(session).toMatchObject({ status: 'disconnected', dueWills: [{ connection: carried.id }] });
    expect(session.connections.at(-1)?.disconnectReason).toBe(BY_OPERATOR);
    expect(desk.edge.requests.of('packetRequests')).toMatchObject([
      { body: { kind: 'will', connectionId: carried.id }, delaySeconds: 0 },
    ]);
    await carried.closed(BY_OPERATOR);
    expect((await desk.session()).status).toBe('disconnected');
    expect((await desk.connect()).sent[0]).toMatchObject({ cmd: 'connack', sessionPresent: true });
  });

  it('may be one that the listener has told of already', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect();
    const acts = interrupted(desk, () => carried.closed(BY_OPERATOR));
    expect(await disconnect(desk.clientId, desk.operator, acts)).toEqual({ outcome: 'closed' });
  });

  it('may have ended by itself in the same moment', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect();
    const acts = interrupted(desk, () => carried.send({ cmd: 'disconnect', reasonCode: 0 }));
    expect(await disconnect(desk.clientId, desk.operator, acts)).toEqual({ outcome: 'notConnected' });
  });

  it('is the one that has taken over in the same moment', async () => {
    const desk = new PacketDesk();
    await desk.connect();
    const acts = interrupted(desk, () => desk.connect());
    expect(await disconnect(desk.clientId, desk.operator, acts)).toEqual({ outcome: 'closed' });
    const session = await desk.session();
    expect(session.status).toBe('disconnected');
    const closed = desk.signals
      .filter(({ kind }) => kind === 'close')
      .map(({ connectionId }) => connectionId);
    expect(closed).toEqual(session.connections.map(({ sessionIdentifier }) => sessionIdentifier));
  });

  it('is signalled again by who asks again, and is none by then', async () => {
    const desk = new PacketDesk();
    await desk.connect();
    await disconnect(desk.clientId, desk.operator, desk.acts);
    const before = await desk.session();
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notConnected' });
    expect(desk.signals).toHaveLength(2);
    expect(await desk.session()).toEqual(before);
  });
});

describe('a session of the packet edge that an operator ends', () => {
  it('ends with its connection; the next CONNECT begins a new one', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect({ will: { topic: 'gone', payload: 'x', qos: 1, properties: {} } });
    const end = await endSession(desk.clientId, desk.operator, desk.acts);
    expect(end).toMatchObject({ outcome: 'ended', connection: 'closed' });
    expect(desk.signals).toMatchObject([{ kind: 'close', connectionId: carried.id }]);
    expect(desk.broker.disconnected).toEqual([]);
    expect(desk.edge.requests.of('packetRequests')).toMatchObject([{ body: { kind: 'will' } }]);
    await carried.closed(BY_OPERATOR);
    const ended = await desk.session();
    expect(ended.status).toBe('ended');
    expect((await desk.connect()).sent[0]).toMatchObject({ cmd: 'connack', sessionPresent: false });
    expect((await desk.session()).incarnation).not.toBe(ended.incarnation);
  });

  it('leaves a connection alone that has begun a new one meanwhile', async () => {
    const desk = new PacketDesk();
    await desk.connect();
    await endSession(desk.clientId, desk.operator, desk.acts);
    await desk.connect();
    const end = await endSession(desk.clientId, desk.operator, desk.acts, { isMeant: () => false });
    expect(end).toEqual({ outcome: 'spared' });
    expect((await desk.session()).status).toBe('connected');
  });

  it('is the one that has resumed it in the same moment', async () => {
    const desk = new PacketDesk();
    const first = await desk.connect();
    await first.carried.closed('CONNECTION_LOST');
    const acts = interrupted(desk, () => desk.connect());
    const end = await endSession(desk.clientId, desk.operator, acts);
    expect(end).toMatchObject({ outcome: 'ended', connection: 'closed' });
    expect((await desk.session()).status).toBe('ended');
  });
});

describe('an interval of the packet edge that an operator sets', () => {
  it('holds from 0, and messages are kept for as long', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect({ properties: { sessionExpiryInterval: 0 } });
    await carried.send(subscribePacket('early'));
    const change = await changeInterval(desk.clientId, 3600, desk.operator, desk.acts);
    expect(change.outcome).toBe('changed');
    await carried.send(subscribePacket('late'));
    for (const filter of ['early', 'late'])
      expect((await desk.edge.routes.get(filter))?.retainSeconds).toBeGreaterThan(3600);
    await carried.closed('CONNECTION_LOST');
    expect(await desk.session()).toMatchObject({ status: 'disconnected', sessionExpiryInterval: 3600 });
  });
});

describe('what waits at the packet edge', () => {
  async function withMessages(receiveMaximum: number) {
    const desk = new PacketDesk();
    const properties = { sessionExpiryInterval: 600, receiveMaximum };
    const { carried } = await desk.connect({ properties });
    await carried.send(subscribePacket('a'));
    const publisher = (await desk.connect({}, 'publisher')).carried;
    desk.pass(60);
    let packetId = 0;
    const publish = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        packetId += 1;
        await publisher.send(publishPacket('a', packetId), {
          cmd: 'pubrel',
          messageId: packetId,
          reasonCode: 0,
        });
      }
    };
    return { desk, carried, publish };
  }

  it('is given up but for what is under way, which is not sent again', async () => {
    const { desk, carried, publish } = await withMessages(2);
    await publish(5);
    expect(desk.topicsOf(await carried.look())).toHaveLength(2);
    const dropped = await dropWaiting(desk.clientId, desk.operator, desk.acts);
    expect(dropped).toEqual({ outcome: 'dropped', dropped: 3, atLeast: false, heldByBroker: false });
    const session = await desk.session();
    expect(session).toMatchObject({
      drops: { operator: 3 },
      lastDrops: [{ topic: 'a' }, { topic: 'a' }, { topic: 'a' }],
    });
    expect((await desk.edge.flows.get(desk.clientId))?.outbound).toHaveLength(2);
    expect(desk.topicsOf(await carried.look())).toEqual([]);
    for (const messageId of [1, 2]) {
      await carried.send({ cmd: 'pubrec', messageId, reasonCode: 0 });
      await carried.send({ cmd: 'pubcomp', messageId, reasonCode: 0 });
    }
    desk.pass(1);
    await publish(1);
    expect(desk.topicsOf(await carried.look())).toEqual(['a']);
    expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 0 });
  });

  it('is given up for a client that is away: its return finds what is under way, and what came since', async () => {
    const { desk, carried, publish } = await withMessages(1);
    await publish(1);
    await carried.look();
    await carried.closed('CONNECTION_LOST');
    await publish(3);
    expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 3 });
    desk.pass(1);
    await publish(2);
    desk.pass(60);
    const back = await desk.connect();
    expect(desk.topicsOf(back)).toHaveLength(3);
    expect(back.sent.filter((packet) => packet.cmd === 'publish' && packet.dup)).toHaveLength(1);
  });

  it('is given up for a client that has never been sent anything, connected or away', async () => {
    for (const isAway of [false, true]) {
      const { desk, carried, publish } = await withMessages(9);
      await publish(2);
      if (isAway) await carried.closed('CONNECTION_LOST');
      await desk.edge.flows.remove(desk.clientId, (await desk.session()).incarnation);
      expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 2 });
      expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 0 });
      desk.pass(60);
      expect(desk.topicsOf(await desk.connect())).toEqual([]);
      await publish(1);
      expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 1 });
    }
  });

  it('is looked for now', async () => {
    const desk = new PacketDesk();
    const { carried } = await desk.connect();
    expect(await resume(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'requested' });
    expect(desk.signals).toEqual([{ kind: 'look', connectionId: carried.id }]);
  });
});

describe('a session of the packet edge that is made before its device has connected', () => {
  const wanted = {
    sessionExpiryInterval: 3600,
    subscriptions: [{ filter: 'a', qos: 2, subscriptionIdentifier: 7 }],
  } as const;

  async function made() {
    const desk = new PacketDesk();
    await provision(desk.clientId, wanted, desk.operator, desk.acts);
    const publisher = (await desk.connect({}, 'publisher')).carried;
    let packetId = 0;
    const publish = () => {
      packetId += 1;
      return publisher.send(publishPacket('a', packetId));
    };
    desk.pass(5);
    await publish();
    desk.pass(5);
    return { desk, publish };
  }

  it('is resumed with what came since, as its subscriptions say', async () => {
    const { desk } = await made();
    const { sent } = await desk.connect();
    expect(sent).toMatchObject([
      { cmd: 'connack', sessionPresent: true },
      { cmd: 'publish', topic: 'a', qos: 2, properties: { subscriptionIdentifier: 7 } },
    ]);
    expect((await desk.edge.routes.get('a'))?.signals).toBe(true);
  });

  it('ends with a clean start', async () => {
    const { desk } = await made();
    expect((await desk.connect({ clean: true })).sent).toMatchObject([
      { cmd: 'connack', sessionPresent: false },
    ]);
  });

  it('may lose what waits before its device has come', async () => {
    const { desk, publish } = await made();
    expect(await dropWaiting(desk.clientId, desk.operator, desk.acts)).toMatchObject({ dropped: 1 });
    desk.pass(1);
    await publish();
    expect(desk.topicsOf(await desk.connect())).toEqual(['a']);
  });

  it('gets a subscription while its device is connected, and is told of it', async () => {
    const { desk } = await made();
    const { carried } = await desk.connect();
    const both = { ...wanted, subscriptions: [...wanted.subscriptions, { filter: 'b', qos: 1 as const }] };
    expect((await provision(desk.clientId, both, desk.operator, desk.acts)).outcome).toBe('changed');
    expect(desk.signals.at(-1)).toEqual({ kind: 'look', connectionId: carried.id });
    expect((await provision(desk.clientId, both, desk.operator, desk.acts)).outcome).toBe('unchanged');
  });
});

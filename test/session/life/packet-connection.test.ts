import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { Declaration } from '#session/life/declaration';
import { type SessionEvent, transition } from '#session/life/transition';
import type { Session } from '#session/session';
import {
  connected,
  declared,
  disconnected,
  lifeOfClient,
  live,
  rulesWith,
  sessionAfter,
  T0,
} from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 0 } as const;
const END = T0 + 10_000;

/** A CONNECT or DISCONNECT packet: what is known of the connection, and what the packet says of the session. */
function withPacket(
  event: SessionEvent,
  more: { declaration?: Omit<Declaration, 'atMs'>; carrier?: string },
): SessionEvent {
  if (event.kind !== 'connection') throw new Error('A connection event is needed');
  const { connection } = event;
  const atMs = connection.disconnectedAtMs ?? connection.seenAtMs;
  const { declaration, carrier } = more;
  return {
    ...event,
    ...(declaration === undefined ? {} : { declaration: { atMs, ...declaration } }),
    ...(carrier === undefined ? {} : { carrier }),
  };
}

const connect = (version: number, atMs: number, declaration: Omit<Declaration, 'atMs'>, carrier?: string) =>
  withPacket(connected(version, atMs), { declaration, ...(carrier === undefined ? {} : { carrier }) });

describe('a CONNECT that says what it asks for', () => {
  it('is one change: the session has the interval at once [MQTT-3.1.2-23]', () => {
    const event = connect(1, T0, { cleanStart: false, sessionExpiryInterval: 600 });
    const result = transition('client', undefined, event, rulesWith(client), T0);
    expect(result).toMatchObject({
      outcome: 'started',
      session: { revision: 1, sessionExpiryInterval: 600, sessionPresent: false },
    });
    expect(transition('client', result.session, event, rulesWith(client), T0).outcome).toBe('duplicate');
  });

  const first = connect(1, T0, { cleanStart: true, sessionExpiryInterval: 600 });
  const firstEnd = disconnected(first, END);

  it('resumes what is there [MQTT-3.1.2-5] [MQTT-3.2.2-3]', () => {
    const second = connect(2, END + 1_000, { cleanStart: false, sessionExpiryInterval: 60 });
    expect(sessionAfter([first, firstEnd, second], client)).toMatchObject({
      sessionPresent: true,
      sessionExpiryInterval: 60,
    });
  });

  it('starts afresh with Clean Start, and tells what has ended [MQTT-3.1.2-4] [MQTT-3.2.2-2]', () => {
    const second = connect(2, END + 1_000, { cleanStart: true, sessionExpiryInterval: 60 });
    expect(sessionAfter([first, firstEnd, second], client)).toMatchObject({
      sessionPresent: false,
      endReason: 'cleanStart',
    });
  });

  it('is the same change as the connection and the declaration one after the other', () => {
    const said = { cleanStart: true, sessionExpiryInterval: 600 };
    const { revision: _, ...one } = sessionAfter([connect(1, T0, said)], client);
    const { revision: __, ...two } = sessionAfter([connected(1, T0), declared(T0, said)], client);
    const ofIt = { atMs: T0, ...said };
    expect(one).toEqual({ ...two, declarations: [{ ...ofIt, sessionIdentifier: `s1-${T0}` }] });
  });
});

describe('a DISCONNECT that changes the interval', () => {
  const first = connect(1, T0, { sessionExpiryInterval: 600 });
  const end = (sessionExpiryInterval: number) =>
    withPacket(disconnected(first, END), { declaration: { sessionExpiryInterval } });

  it('is one change [MQTT-4.1.0-2]', () => {
    const rules = rulesWith(client);
    const result = transition('client', live([first], rules), end(60), rules, END);
    expect(result).toMatchObject({ outcome: 'disconnected', session: { endsAtMs: END + 60_000 } });
    expect(sessionAfter([first, end(0)], client).status).toBe('ended');
  });

  it('does not change that of a connection which has taken over meanwhile', () => {
    const second = connect(2, END - 5, { sessionExpiryInterval: 3_600 });
    expect(sessionAfter([first, second, end(60)], client)).toMatchObject({
      status: 'connected',
      sessionExpiryInterval: 3_600,
      sessionPresent: true,
    });
  });
});

describe('the carrier', () => {
  const first = connect(1, T0, {}, 'listener A');
  const second = connected(2, END + 1_000);

  it('is that of the newest connection, also once it has ended', () => {
    expect(sessionAfter([first]).carrier).toBe('listener A');
    expect(sessionAfter([first, disconnected(first, END)]).carrier).toBe('listener A');
    expect(sessionAfter([first, withPacket(second, { carrier: 'B' })]).carrier).toBe('B');
    expect(sessionAfter([withPacket(second, { carrier: 'B' }), first]).carrier).toBe('B');
  });

  it('is none when the newest connection has none', () => {
    expect(sessionAfter([first, second])).not.toHaveProperty('carrier');
    expect(sessionAfter([second, first])).not.toHaveProperty('carrier');
  });

  it('changes when the same connection is carried otherwise', () => {
    const moved = withPacket(connected(1, T0), { carrier: 'listener B' });
    expect(sessionAfter([first, moved]).carrier).toBe('listener B');
  });
});

describe('the clocks of two carriers', () => {
  const first = connect(1, T0, { sessionExpiryInterval: 600 });

  it.each([-60_000, -1, 0, 1])(
    'may differ: a CONNECT %i ms later takes over, with its own interval',
    (differenceMs) => {
      const second = connect(2, T0 + differenceMs, { cleanStart: false, sessionExpiryInterval: 60 });
      for (const events of [
        [first, second],
        [second, first],
      ]) {
        expect(sessionAfter(events, client)).toMatchObject({
          status: 'connected',
          sessionPresent: true,
          sessionExpiryInterval: 60,
          incarnation: `1:s1-${T0}`,
        });
      }
    },
  );
});

it('keeps no declaration of a connection that it has forgotten', () => {
  const connects = Array.from({ length: 30 }, (_, index) =>
    connect(index + 1, T0 + index, { sessionExpiryInterval: 600 }),
  );
  const session = sessionAfter(connects, client);
  expect(session.declarations).toHaveLength(REMEMBERED_CONNECTIONS);
  expect(sessionAfter(connects, client, session)).toBe(session);
});

/** What a user can see of a session. */
function meaningOf(session: Session | undefined) {
  if (session === undefined) return undefined;
  const { revision, connections, before, declarations, rehome, endedIncarnation, endReason, ...meaning } =
    session;
  return { ...meaning, newest: connections.at(-1)?.sessionIdentifier };
}

it('the order of packets with what they declare does not matter, nor does any duplication', () => {
  const said = fc.record({
    cleanStart: fc.boolean(),
    sessionExpiryInterval: fc.constantFrom(0, 5, 600, 100_000),
  });
  const lives = lifeOfClient({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS }, 'for ever')
    .map((events) => events.filter(({ kind }) => kind === 'connection'))
    .chain((events) =>
      fc
        .tuple(
          fc.array(fc.tuple(said, fc.option(fc.constantFrom('A', 'B'))), {
            minLength: events.length,
            maxLength: events.length,
          }),
          fc.shuffledSubarray([...events.keys(), ...events.keys()], { minLength: events.length * 2 }),
        )
        .map(([packets, order]) => {
          const all = events.map((event, index) => {
            const isConnect = event.kind === 'connection' && event.connection.connectedAtMs !== undefined;
            const [declaration, carrier] = packets[index] ?? [];
            if (!isConnect || declaration === undefined) return event;
            return withPacket(event, { declaration, ...(carrier && { carrier }) });
          });
          return { all, disordered: order.flatMap((index) => all[index] ?? []) };
        }),
    );
  const rules = rulesWith(client);
  fc.assert(
    fc.property(lives, ({ all, disordered }) => {
      expect(meaningOf(live(disordered, rules))).toEqual(meaningOf(live(all, rules)));
    }),
    { seed: randomSeed, numRuns: 500 },
  );
});

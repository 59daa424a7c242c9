import { describe, expect, it } from 'vitest';
import { RefusedEventError } from '#edge/errors';
import { retainSeconds } from '#session/delivery/retention';
import { NEVER } from '#session/expiry';
import { useTables } from '../../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS, settings } from '../world/edge.ts';

const T = START_MS;
const tables = useTables();
const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 60 } as const;

describe('declarations', () => {
  it('sets the interval that the device asks for, up to the maximum, and routes what is subscribed for longer', async () => {
    const edge = new Edge(tables(), { ...client, maximumSessionExpiryInterval: 7200 });
    const filter = edge.filter('a');
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.subscribed(0, T + SECOND, filter));
    const { routes } = edge.dependencies;
    expect(await routes.get(filter)).toMatchObject({ retainSeconds: retainSeconds(60, 60, settings) });
    expect(await edge.handle(edge.declared(T + 2 * SECOND, { sessionExpiryInterval: 600 }))).toBe('changed');
    expect(await routes.get(filter)).toMatchObject({ retainSeconds: retainSeconds(600, 60, settings) });
    await edge.handle(edge.declared(T + 3 * SECOND, { sessionExpiryInterval: NEVER }));
    expect(await edge.session()).toMatchObject({ sessionExpiryInterval: 7200 });
    expect(await routes.get(filter)).toMatchObject({ retainSeconds: retainSeconds(7200, 60, settings) });
  });

  it('ends the session at once when it is set to 0 before the disconnect', async () => {
    const edge = new Edge(tables(), client);
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.declared(T + SECOND, { sessionExpiryInterval: 600 }));
    await edge.handle(edge.declared(T + 2 * SECOND, { sessionExpiryInterval: 0 }));
    expect(await edge.handle(edge.disconnected(0, T + 3 * SECOND))).toBe('ended');
  });

  it('waits for its connection a few times, longer each time, and then gives up', async () => {
    const edge = new Edge(tables(), client);
    const event = edge.declared(T, { sessionExpiryInterval: 600 });
    expect(await edge.handle(event)).toBe('waiting');
    expect(await edge.handle(event, edge.dependencies, 3)).toBe('waiting');
    expect(edge.requests.of('lookUps')).toMatchObject([
      { body: { kind: 'event', event, attempt: 1 }, delaySeconds: 1 },
      { body: { attempt: 4 }, delaySeconds: 8 },
    ]);
    expect(await edge.handle(event, edge.dependencies, 6)).toBe('noSession');
    expect(edge.requests.of('lookUps')).toHaveLength(2);
  });

  it('answers where it is asked to, even when nothing is declared', async () => {
    const edge = new Edge(tables(), client);
    await edge.handle(edge.connected(0, T));
    expect(await edge.handle(edge.declared(T + SECOND, { responseTopic: 'here' }))).toBe('asked');
    expect(await edge.handle(edge.declared(T + SECOND, {}, { responseTopic: 'there' }))).toBe('asked');
    const event = edge.declared(T + 2 * SECOND, { sessionExpiryInterval: 600, responseTopic: 'here' });
    await edge.handle(event);
    expect(edge.broker.told('here')).toEqual([
      { sessionPresent: false, sessionExpiryInterval: 60 },
      { sessionPresent: false, sessionExpiryInterval: 600 },
    ]);
    expect(edge.broker.told('there')).toHaveLength(1);
  });

  it('tells a client without a session that there is none, once its connection has had time to be heard of', async () => {
    const edge = new Edge(tables(), client);
    const event = edge.declared(T, { responseTopic: 'here' });
    expect(await edge.handle(event)).toBe('waiting');
    expect(edge.broker.told('here')).toEqual([]);
    await edge.handle(event, edge.dependencies, 6);
    expect(edge.broker.told('here')).toEqual([{ sessionPresent: false, sessionExpiryInterval: 0 }]);
  });

  it('does not answer a returned client with what held for its last connection', async () => {
    const edge = new Edge(tables(), client);
    await edge.handle(edge.connected(0, T));
    await edge.handle(edge.disconnected(0, T + SECOND));
    const ask = edge.declared(T + 3 * SECOND, { responseTopic: 'here' });
    const state = edge.declared(T + 3 * SECOND, { sessionExpiryInterval: 600, responseTopic: 'there' });
    expect(await edge.handle(ask)).toBe('waiting');
    expect(await edge.handle(state)).toBe('waiting');
    await edge.handle(edge.connected(1, T + 2 * SECOND));
    await edge.handle(ask, edge.dependencies, 1);
    await edge.handle(state, edge.dependencies, 1);
    const truth = { sessionPresent: true, sessionExpiryInterval: 600 };
    expect(edge.broker.told('here')).toEqual([truth]);
    expect(edge.broker.told('there')).toEqual([truth]);
  });

  it('does not answer a client that has taken its own half-open connection over with what held for that', async () => {
    const edge = new Edge(tables(), client);
    await edge.handle(edge.connected(0, T));
    edge.broker.connectionAnswer = {
      outcome: 'found',
      value: { connected: true, connectedSinceMs: T + 5 * SECOND, cleanSession: true },
    };
    const ask = edge.declared(T + 6 * SECOND, { responseTopic: 'here' });
    expect(await edge.handle(ask)).toBe('waiting');
    await edge.handle(edge.connected(1, T + 5 * SECOND));
    await edge.handle(ask, edge.dependencies, 1);
    expect(edge.broker.told('here')).toEqual([{ sessionPresent: true, sessionExpiryInterval: 60 }]);
  });

  it.each([
    ['an unknown field', { sessionExpiry: 5 }],
    ['an interval below 0', { sessionExpiryInterval: -1 }],
    ['an interval above four bytes', { sessionExpiryInterval: NEVER + 1 }],
    ['half a second', { sessionExpiryInterval: 0.5 }],
    ['a clean start in words', { cleanStart: 'yes' }],
    ['a list', [1]],
    ['an answer to a filter', { responseTopic: 'here/#' }],
    ['an answer to a topic of the broker', { responseTopic: '$aws/here' }],
  ])('refuses %s and says what is allowed', async (_, declaration) => {
    const edge = new Edge(tables(), client);
    await edge.handle(edge.connected(0, T));
    const refused = edge.handle(edge.declared(T + SECOND, declaration));
    await expect(refused).rejects.toThrow(RefusedEventError);
    await expect(refused).rejects.toThrow('Allowed: a JSON object with cleanStart');
  });

  it('refuses what is not JSON, and what no device has published', async () => {
    const edge = new Edge(tables(), client);
    const data = Buffer.from('{"cleanStart":').toString('base64');
    await expect(edge.handle({ ...edge.declared(T, {}), data })).rejects.toThrow('is not JSON');
    await expect(edge.handle(edge.declared(T, {}, { clientId: 'n/a' }))).rejects.toThrow(
      'not published over MQTT',
    );
  });
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudObservation } from '#local/cloud-observation';
import { parseConfiguration } from '#session/configuration/configuration';
import { choosePolicy } from '#session/configuration/policy';
import { transition } from '#session/life/transition';
import { createSessionStore } from '#store/sessions/sessions';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { eventually } from '#test/local/eventually';
import { Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

const SLEEPERS = 2_000;
/** So many really come back over TCP. */
const RETURNING = 100;
const AT_ONCE = 100;
const FILTER = 'fleet/all/#';

describe('one message to 2,000 sleeping subscribers of one filter', () => {
  let fleet: Fleet;
  const appends: Buffer[] = [];
  const observe = (event: CloudObservation) => {
    if (event.kind === 'dynamoDbRequest' && event.operation === 'PutItem') {
      if (event.body.includes('"payload"')) appends.push(event.body);
    }
  };
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET, { observe });
  }, 120_000);
  afterAll(() => fleet?.stop());

  /** Leaves what the lifecycle function leaves of a client that subscribed and said goodbye a minute ago. */
  async function putToSleep(clientId: string): Promise<void> {
    const { tables } = fleet.cloud.endpoints;
    const stores = {
      sessions: createSessionStore(fleet.database, tables['Sessions'] ?? ''),
      subscriptions: createSubscriptionStore(fleet.database, tables['Subscriptions'] ?? '', {
        clock: Date.now,
      }),
    };
    const { policies, settings } = parseConfiguration(MIXED_FLEET);
    const connectedAtMs = Date.now() - 60_000;
    const sessionIdentifier = `connection of ${clientId}`;
    const connection = {
      sessionIdentifier,
      versionNumber: 0,
      seenAtMs: connectedAtMs,
      connectedAtMs,
      disconnectedAtMs: connectedAtMs + 2_000,
      disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
    };
    const rules = { policy: choosePolicy(policies, clientId), settings };
    const change = transition(clientId, undefined, { kind: 'connection', connection }, rules, Date.now());
    if (!change.isChange) throw new Error(`${clientId} has no session`);
    await stores.sessions.write(change.session, undefined);
    await stores.subscriptions.apply({
      clientId,
      filter: FILTER,
      sessionIdentifier,
      incarnation: change.session.incarnation,
      kind: 'subscribed',
      atMs: connectedAtMs + 1_000,
      qos: 1,
    });
  }

  async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const rest = [...items];
    const turn = async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, turn));
  }

  it('is one write of one unit, and each gets it', async () => {
    const clientIds = Array.from({ length: SLEEPERS }, (_, index) => `durable-sleeper-${index}`);
    await inTurns(clientIds, putToSleep);
    // One of them by its own packets, which also make the filter's route.
    const [first = ''] = clientIds;
    const device = await fleet.connect(first);
    await device.client.subscribeAsync(FILTER, { qos: 1 });
    await fleet.subscribed(first, FILTER, Date.now() - 10_000);
    await device.disconnect();
    await fleet.away(first);
    const publisher = await fleet.connect('publisher');

    await publisher.client.publishAsync('fleet/all/awake', 'good morning'.padEnd(512, '.'), { qos: 1 });
    await fleet.logged(1);

    const returning = clientIds.filter((_, index) => index % (SLEEPERS / RETURNING) === 0);
    const received: string[] = [];
    await inTurns(returning, async (clientId) => {
      const device = await fleet.connect(clientId);
      await eventually(() => expect(device.texts()).toHaveLength(1), 60_000);
      received.push(...device.texts());
      await device.disconnect();
    });

    expect(received).toEqual(Array.from({ length: RETURNING }, () => 'good morning'.padEnd(512, '.')));
    const messages = await fleet.items('Messages');
    expect(messages).toHaveLength(1);
    expect(appends).toHaveLength(1);
    const { ConsumedCapacity } = await fleet.database.send(
      new PutCommand({
        TableName: fleet.cloud.endpoints.tables['Messages'],
        Item: messages[0],
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(1);
  }, 240_000);
});

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Advice } from '#advice/advice';
import { createStatisticsStore, type StatisticsStore } from '#store/statistics/statistics';
import type { Survey } from '#survey/survey';
import { eventually } from '#test/local/eventually';
import { CLIENT } from '#test/local/services';
import { Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

const PERIOD_SECONDS = 1;

describe('the survey of a fleet', () => {
  let fleet: Fleet;
  let lambda: LambdaClient;
  let statistics: StatisticsStore;
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET, { schedulePeriodSeconds: PERIOD_SECONDS });
    lambda = new LambdaClient({ ...CLIENT, endpoint: fleet.cloud.endpoints.aws });
    const table = fleet.cloud.endpoints.tables['Statistics'] ?? '';
    statistics = createStatisticsStore(fleet.database, table, { clock: Date.now });
  }, 120_000);
  afterAll(async () => {
    lambda.destroy();
    await fleet?.stop();
  });

  /** What the dashboard would show. */
  async function look(event: object): Promise<string> {
    const FunctionName = fleet.cloud.endpoints.functions['widget'];
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
    const text = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError !== undefined) throw new Error(text);
    return JSON.parse(text);
  }

  it('counts what waits, each minute, and keeps a point for the charts', async () => {
    const clientId = 'durable-surveyed';
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync('fleet/surveyed/#', { qos: 1 });
    await fleet.subscribed(clientId, 'fleet/surveyed/#');
    await device.disconnect();
    await fleet.away(clientId);
    const publisher = await fleet.connect('publisher-surveyed');
    for (const text of ['one', 'two', 'three'])
      await publisher.client.publishAsync('fleet/surveyed/a', text, { qos: 1 });
    await eventually(async () => {
      const survey = await statistics.survey<Survey>();
      expect(survey?.waiting).toEqual({ messages: 3, bytes: 59, isEstimate: false });
      const points = await statistics.points(Date.now() - 120_000, Date.now());
      expect(points.at(-1)).toMatchObject({ waiting: 3 });
    }, 60_000);

    const page = await look({ clientId, widgetContext: { forms: { all: {} } } });
    expect(page).toContain(`${clientId} is away since `);
    expect(page).toContain('3 messages, 59 bytes');
    expect(page).toContain('<td>fleet/surveyed/#</td><td>1</td>');
  }, 120_000);

  it('shows a client identifier that holds markup as text, and describes itself', async () => {
    const clientId = 'durable-<img src=x onerror=alert(1)>';
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync('fleet/"><script>/#', { qos: 1 });
    await fleet.subscribed(clientId, 'fleet/"><script>/#');
    const page = await look({ widgetContext: { forms: { all: { clientId } } } });
    expect(page).toContain('durable-&lt;img src=x onerror=alert(1)&gt; is connected since ');
    expect(page).toContain('fleet/&quot;&gt;&lt;script&gt;/#');
    expect(page).not.toMatch(/<(img|script)/);
    expect(await look({ describe: true })).toMatch(/^## MQTT session look-up/);
    expect(await look({})).toContain('<h3>Fleet</h3>');
  }, 120_000);

  it('finds two devices that share a client identifier, to and fro between their addresses', async () => {
    const clientId = 'durable-shared';
    for (const localAddress of [
      '127.0.0.2',
      '127.0.0.3',
      '127.0.0.2',
      '127.0.0.3',
      '127.0.0.2',
      '127.0.0.3',
    ]) {
      await fleet.connect(clientId, { localAddress });
      await eventually(async () => {
        const session = await fleet.session(clientId);
        expect(session).toMatchObject({ status: 'connected', ipAddress: localAddress });
      }, 60_000);
    }
    await eventually(async () => {
      const { advice } = await statistics.advice<Advice>({ limit: 100 });
      const shared = advice.find((each) => each.clientId === clientId);
      expect(shared).toMatchObject({ kind: 'sharedClientId', severity: 'warning' });
      expect(shared?.evidence['addresses']).toEqual(expect.arrayContaining(['127.0.0.2', '127.0.0.3']));
    }, 60_000);
    expect(await look({ clientId })).toContain('several devices share it.');
  }, 180_000);
});

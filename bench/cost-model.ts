import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { FLEET, RATES } from './cost-rates.ts';

interface CostLine {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly rate: number;
  readonly from: string;
}

const FEW = `resume.${FLEET.waitingMessagesPerReconnect}` as const;

/** What must have been measured for the model. */
const NEEDED = [
  'writeUnits.1',
  'routingReadUnits.shape',
  'connection.returning.eventWriteUnits',
  'connection.returning.eventReadUnits',
  `${FEW}.readUnits`,
  `${FEW}.writeUnits`,
  `${FEW}.runs`,
  'history.writeUnits',
  'history.readUnits',
] as const;

type Values = Readonly<Record<(typeof NEEDED)[number], number>>;

const RESUME = `measured: the pump for ${FLEET.waitingMessagesPerReconnect} waiting messages, looks for stragglers included`;

function linesOf(values: Values): CostLine[] {
  const { devices, days, shapes, lambdaMemoryGigabytes } = FLEET;
  const deviceDays = devices * days;
  const reconnects = deviceDays * FLEET.reconnectsPerDeviceDay;
  const waiting = reconnects * FLEET.waitingMessagesPerReconnect;
  const messages = waiting + deviceDays * FLEET.liveMessagesPerDeviceDay;
  // connected, subscribed and disconnected.
  const events = reconnects * 3;
  const runs = reconnects * values[`${FEW}.runs`];
  const records = FLEET.recordInvocationsPerSecond * 86_400 * days;
  const surveys = 60 * 24 * days;
  const itemBytes = FLEET.messageBytes + 300;
  const gigabytes =
    (messages / days) * FLEET.retentionDays * (itemBytes / 1024 ** 3) + (devices * 2_000) / 1024 ** 3;
  const milliseconds =
    events * FLEET.eventMilliseconds +
    messages * FLEET.eventMilliseconds +
    (runs + records) * FLEET.eventMilliseconds +
    surveys * FLEET.surveyMilliseconds +
    waiting * FLEET.deliveryMilliseconds;
  const line = (what: string, quantity: number, unit: string, rate: number, from: string): CostLine => ({
    what,
    quantity,
    unit,
    rate,
    from,
  });
  return [
    line(
      'log of messages, writes',
      messages * values['writeUnits.1'],
      'write units',
      RATES.writeUnit,
      'measured: write-units',
    ),
    line(
      'routing, reads',
      messages * values['routingReadUnits.shape'] * (shapes + 1),
      'read units',
      RATES.readUnit,
      `0.5 for the list of shapes and for each of ${shapes} keys, nothing cached`,
    ),
    line(
      'connections, writes',
      reconnects * values['connection.returning.eventWriteUnits'],
      'write units',
      RATES.writeUnit,
      'measured: connection-units, a client that returns, without the pump',
    ),
    line(
      'connections, reads',
      reconnects * values['connection.returning.eventReadUnits'],
      'read units',
      RATES.readUnit,
      'measured: connection-units, a client that returns, without the pump',
    ),
    line('delivery, reads', reconnects * values[`${FEW}.readUnits`], 'read units', RATES.readUnit, RESUME),
    line(
      'delivery, writes',
      reconnects * values[`${FEW}.writeUnits`],
      'write units',
      RATES.writeUnit,
      RESUME,
    ),
    line(
      'history and counts, writes',
      reconnects * values['history.writeUnits'],
      'write units',
      RATES.writeUnit,
      'measured: history-units, each record alone',
    ),
    line(
      'history and counts, reads',
      reconnects * values['history.readUnits'],
      'read units',
      RATES.readUnit,
      'measured: history-units, each record alone',
    ),
    line(
      'survey, reads',
      DEFAULT_SETTINGS.surveyReadUnits * surveys,
      'read units',
      RATES.readUnit,
      'the whole budget of each minute',
    ),
    line(
      'storage of the tables',
      gigabytes,
      'GB',
      RATES.storageGigabyte,
      `${FLEET.retentionDays} day of messages of ${itemBytes} B, 2 KB a device`,
    ),
    line(
      'IoT rules triggered',
      events + messages,
      'triggers',
      RATES.ruleTriggered,
      'one an event and a message',
    ),
    line('IoT rule actions', events + messages, 'actions', RATES.ruleAction, 'one a trigger'),
    line(
      'direct messages',
      waiting,
      'messages',
      RATES.brokerMessage,
      'price of SendDirectMessage not found; taken as a message',
    ),
    line('PUBACKs of direct messages', waiting, 'messages', RATES.brokerMessage, 'metered by the broker'),
    line(
      'Lambda requests',
      events + messages + runs + records + surveys,
      'requests',
      RATES.lambdaRequest,
      'deliveries not counted as batched',
    ),
    line(
      'Lambda time',
      (milliseconds / 1000) * lambdaMemoryGigabytes,
      'GB-s',
      RATES.lambdaGigabyteSecond,
      `${FLEET.eventMilliseconds} ms an event, ${FLEET.deliveryMilliseconds} ms a delivered message, one after the other`,
    ),
    line(
      'SQS requests',
      runs * 3 + FLEET.emptyReceivesPerMinute * 60 * 24 * days,
      'requests',
      RATES.queueRequest,
      'send, receive and delete a run, and empty receives',
    ),
    line(
      'events on the bus',
      reconnects * FLEET.busEventsPerReconnect,
      'events',
      RATES.busEvent,
      'disconnected, resumed, delivered; whether or not a rule takes them',
    ),
  ];
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const dollars = (value: number) => value.toFixed(2);

function assumptions(): string[] {
  const words = (name: string) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return Object.entries(FLEET).map(
    ([name, value]) => `| ${words(name)} | ${value.toLocaleString('en-US')} |`,
  );
}

function hasAll(values: Readonly<Record<string, number>>): values is Values {
  return NEEDED.every((name) => values[name] !== undefined);
}

/** `docs/cost-model.md`; undefined while not everything has been measured that it needs. */
export function costModel(measured: Readonly<Record<string, number>>): string | undefined {
  if (!hasAll(measured)) return undefined;
  const values: Values = measured;
  const lines = linesOf(values);
  const total = lines.reduce((sum, { quantity, rate }) => sum + quantity * rate, 0);
  const perReconnect = values['connection.returning.eventWriteUnits'] + values[`${FEW}.writeUnits`];
  const database = lines
    .filter(({ unit }) => unit.endsWith('units') || unit === 'GB')
    .reduce((sum, { quantity, rate }) => sum + quantity * rate, 0);
  const rows = lines.map(
    ({ what, quantity, unit, rate, from }) =>
      `| ${what} | ${whole(quantity)} | ${unit} | ${Number(rate.toPrecision(6))} | ${dollars(quantity * rate)} | ${from} |`,
  );
  const rates = Object.entries(RATES).map(([name, rate]) => `| ${name} | ${Number(rate.toPrecision(6))} |`);
  return `# What it costs

Written by \`npm run bench\` from the units that it measured, the assumptions in \`bench/cost-rates.ts\` and the
rates there. **Rates are those of us-east-1 in US dollars and have to be checked again** on the pricing pages; the
free tiers, taxes, data transfer, logs, metrics and alarms and the point-in-time recovery of the tables are left out,
and so is what the fleet pays for AWS IoT Core anyway: connectivity, its own messages, its own publishes.

## The fleet

| a month | |
| --- | ---: |
${assumptions().join('\n')}

## A month

| what | quantity | unit | rate | US dollars | from |
| --- | ---: | --- | ---: | ---: | --- |
${rows.join('\n')}
| **sum** | | | | **${dollars(total)}** | **${(total / FLEET.devices).toFixed(4)} a device** |

DynamoDB is ${dollars(database)} of it. A message costs one write however many devices wait for it; this model has
every message for one device alone, which is the dearest case. Messages to groups are cheaper by the size of the
group.

## What moves it

- **Messages on durable topics.** Each is a rule, an invocation and a write, whether or not its subscribers are
  away. Keep telemetry that nobody has to get later off the durable topics.
- **Reconnects.** Each is ${perReconnect} write units and ${3 + values[`${FEW}.runs`]} invocations: three events, and the runs of the pump with two
  looks for stragglers. A fleet that flaps costs more by its flapping than by its messages.
- **Retention** costs storage alone: TTL deletes are free.
- **Shapes** cost half a read unit each and message. A handful is usual; a filter with its wildcards in a new
  place is a new one.

## Rates

| rate | US dollars, to re-check |
| --- | ---: |
${rates.join('\n')}
`;
}

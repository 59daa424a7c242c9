import { DROP_REASONS } from '#session/delivery/drop-reasons';
import type { MetricUnitName } from '#telemetry/telemetry';

/** A metric, or a family of them whose last part says which. */
export interface ListedMetric {
  /** `<…>` stands for one of `outcomes`. */
  readonly name: string;
  readonly unit: MetricUnitName;
  readonly meaning: string;
  /** Functions that count it. */
  readonly by: readonly string[];
  readonly outcomes?: readonly string[];
}

export const METRICS: readonly ListedMetric[] = [
  {
    name: 'Sessions.<what>',
    unit: 'Count',
    by: ['record'],
    meaning:
      'Sessions `started` and `resumed` by a connection; connections that were `takenOver`, which also count as what they found; connections that `disconnected` by themselves; sessions that `expired`, or `ended` otherwise. Both edges. What late events show to have been otherwise is not taken back here, as it is in the counts of the API.',
    outcomes: ['started', 'resumed', 'takenOver', 'disconnected', 'expired', 'ended'],
  },
  {
    name: 'Messages.appended',
    unit: 'Count',
    by: ['ingest', 'packets'],
    meaning: 'Entries of the message log: one for each durable filter that a message matches.',
  },
  {
    name: 'Messages.unrouted',
    unit: 'Count',
    by: ['ingest'],
    meaning: 'Messages on durable topics that no durable filter matched, at the last look.',
  },
  {
    name: 'Messages.delivered',
    unit: 'Count',
    by: ['deliver', 'packets'],
    meaning:
      'Lifecycle edge: messages that delivery runs brought, acknowledged where QoS is 1. Packet edge: messages sent for the first time, whose acknowledgement may follow.',
  },
  {
    name: 'Messages.redelivered',
    unit: 'Count',
    by: ['deliver', 'packets'],
    meaning:
      'Lifecycle edge: sent again since no PUBACK had come in time. Packet edge: PUBLISH with DUP after the client came back.',
  },
  {
    name: 'Messages.oldestAge',
    unit: 'Milliseconds',
    by: ['deliver', 'packets'],
    meaning:
      'Waiting age at delivery, from the receipt of the message. Lifecycle edge: that of the oldest message of each run. Packet edge: of each message.',
  },
  {
    name: 'Messages.dropped.<reason>',
    unit: 'Count',
    by: ['record'],
    meaning: 'Messages that were given up, by reason; the session has the last few by name.',
    outcomes: DROP_REASONS,
  },
  {
    name: 'Pump.<outcome>',
    unit: 'Count',
    by: ['deliver'],
    meaning:
      'Delivery runs: `complete`, `unfinished` (a later run goes on), `busy` (another run delivers), `nothing` to do.',
    outcomes: ['complete', 'unfinished', 'busy', 'nothing'],
  },
  { name: 'Pump.duration', unit: 'Milliseconds', by: ['deliver'], meaning: 'Time of each delivery run.' },
  {
    name: 'Pump.untold',
    unit: 'Count',
    by: ['deliver'],
    meaning:
      'Delivery runs of which the history or the event bus could not be told. Nothing else depends on it.',
  },
  {
    name: 'LookUp.<outcome>',
    unit: 'Count',
    by: ['lifecycle'],
    meaning:
      'Look-ups at the broker that were `throttled` or `failed` otherwise, each attempt; and what became of those repaired later: `repaired`, `waiting` for the next attempt, `gaveUp`, `ended` with the session.',
    outcomes: ['throttled', 'failed', 'repaired', 'waiting', 'gaveUp', 'ended'],
  },
  {
    name: 'Lifecycle.<outcome>',
    unit: 'Count',
    by: ['lifecycle'],
    meaning:
      'Events of the broker and of devices at the lifecycle edge, by what each meant; copies are `duplicate`.',
  },
  {
    name: 'Refused',
    unit: 'Count',
    by: ['lifecycle', 'ingest', 'deliver', 'expire', 'packets', 'operate'],
    meaning: 'Events that no retry can fix, kept in the dead-letter queue.',
  },
  {
    name: 'Shapes.refused',
    unit: 'Count',
    by: ['lifecycle', 'packets', 'api', 'operate'],
    meaning:
      'Filters that were refused: each would have added a shape to the `maximumShapes` that there may be.',
  },
  {
    name: 'Packets.received',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Control packets of clients of the packet edge.',
  },
  { name: 'Packets.sent', unit: 'Count', by: ['packets'], meaning: 'Control packets to them.' },
  {
    name: 'Connections.closed',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Connections of the packet edge that the service or the client ended in an exchange of packets.',
  },
  {
    name: 'Connections.abandoned',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Connections that a listener left open when it stopped without a word.',
  },
  {
    name: 'Carriage.<outcome>',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Frames of devices whose packets AWS IoT Core carries, by what became of them.',
  },
  {
    name: 'Carrier.<kind>',
    unit: 'Count',
    by: ['packets'],
    meaning:
      'What carried connections were told of: something waits (`look`), `takenOver`, `close`, `carrierEnded`.',
    outcomes: ['look', 'takenOver', 'close', 'carrierEnded'],
  },
  {
    name: 'Broker.<outcome>',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Messages of the packet edge that were handed on to the broker: `published` or `refused`.',
    outcomes: ['published', 'refused'],
  },
  {
    name: 'Wills.<outcome>',
    unit: 'Count',
    by: ['packets'],
    meaning: 'Wills whose time had come: `published`, `gone` since the client was back, `later`.',
    outcomes: ['published', 'gone', 'later'],
  },
  {
    name: 'Fleet.connected',
    unit: 'Count',
    by: ['survey'],
    meaning: 'Sessions whose client is connected, once a minute. Take the maximum, not the sum.',
  },
  {
    name: 'Fleet.disconnected',
    unit: 'Count',
    by: ['survey'],
    meaning: 'Sessions whose client is away, once a minute.',
  },
  {
    name: 'Fleet.waitingMessages',
    unit: 'Count',
    by: ['survey'],
    meaning: 'Messages that wait, as the last survey estimates.',
  },
  { name: 'Fleet.waitingBytes', unit: 'Bytes', by: ['survey'], meaning: 'Their bytes.' },
  {
    name: 'Survey.clients',
    unit: 'Count',
    by: ['survey'],
    meaning: 'Sessions that the survey looked at in a minute.',
  },
  { name: 'Survey.readUnits', unit: 'Count', by: ['survey'], meaning: 'Read units that this took.' },
  {
    name: 'Operations.<step>',
    unit: 'Count',
    by: ['operate'],
    meaning:
      'Parts of background operations, by what became of the operation: it `goesOn`, `succeeded`, `failed`; `overtaken`, `finishedBefore` and `unknown` parts were asked for twice.',
    outcomes: ['goesOn', 'succeeded', 'failed', 'overtaken', 'finishedBefore', 'unknown'],
  },
  { name: 'Api.requests', unit: 'Count', by: ['api'], meaning: 'Requests to the session API.' },
  {
    name: 'Api.failures',
    unit: 'Count',
    by: ['api'],
    meaning: 'Those that were answered with a status of 500 or more.',
  },
  {
    name: 'Api.time',
    unit: 'Milliseconds',
    by: ['api'],
    meaning: 'Time of each request within the function.',
  },
];

const HEAD = `# Metrics

The functions write these to CloudWatch in the embedded metric format: namespace \`MqttSessions\`, dimension \`service\`
(\`mqtt-sessions\`), both of which \`environment\` of the construct may set otherwise. A metric is there once something was
counted. A test holds this list to the code.

`;

/** The text of docs/metrics.md. */
export function metricDocument(): string {
  const rows = METRICS.map(
    ({ name, unit, meaning, by }) => `| \`${name}\` | ${unit} | ${by.join(', ')} | ${meaning} |`,
  );
  return `${HEAD}${['| metric | unit | by | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

import type { Observation } from './notes.ts';
import type { ShownStep } from './steps.ts';

/** Where mosquitto and this service are not alike, and the clause that says who may do what. */
export interface Difference {
  readonly clause: string;
  readonly mosquitto: string;
  readonly service: string;
  /** Steps that lead there; random ones do not, unless `isLeftOut` is there. */
  readonly steps: readonly ShownStep[];
  /** Of a client, or of a client and a topic, what is noted then. */
  readonly noted: {
    readonly of: string;
    readonly mosquitto: readonly string[];
    readonly service: readonly string[];
  };
  /** What is noted of it, to be left out before the two are compared. */
  readonly isLeftOut?: (answer: string) => boolean;
}

const ACKNOWLEDGING = { lasts: true, acknowledging: 'everything', will: undefined } as const;
const connect = (client: string, more: object = {}): ShownStep => ({
  kind: 'connect',
  client,
  clean: false,
  ...ACKNOWLEDGING,
  ...more,
});
const subscribe = (client: string, filter: string, more: object = {}): ShownStep => ({
  kind: 'subscribe',
  client,
  filter,
  qos: 1,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
  identifier: undefined,
  ...more,
});
const publish = (client: string, topic: string, more: object = {}): ShownStep => ({
  kind: 'publish',
  client,
  topic,
  qos: 1,
  retain: false,
  empty: false,
  ...more,
});
const WILL = { topic: 'a', qos: 1, retain: false } as const;
const NOT_PRESENT = 'connect: session present false';
const PRESENT = 'connect: session present true';

export const DIFFERENCES: readonly Difference[] = [
  {
    clause: 'MQTT-3.1.4-3',
    mosquitto: 'closes a connection that is taken over without a word',
    service: 'sends DISCONNECT with 0x8E first, as it must in MQTT 5',
    steps: [connect('one'), connect('one')],
    noted: {
      of: 'one',
      mosquitto: [NOT_PRESENT, PRESENT],
      service: [NOT_PRESENT, 'DISCONNECT 142', PRESENT],
    },
    isLeftOut: (answer) => answer === 'DISCONNECT 142',
  },
  {
    clause: 'MQTT-3.1.2-8',
    mosquitto: 'publishes no will at a takeover',
    service: 'publishes it, since the connection has ended otherwise than by DISCONNECT',
    steps: [
      connect('three'),
      subscribe('three', '#'),
      connect('two', { will: WILL }),
      connect('two', { takesOver: true }),
    ],
    noted: { of: 'three a', mosquitto: [], service: ['will 1 QoS 1 [] at step 3'] },
  },
  {
    clause: 'MQTT-3.3.4-2',
    mosquitto: 'sends a message once for each subscription that matches',
    service: 'sends it once, with the identifiers of all',
    steps: [
      connect('one'),
      subscribe('one', 'a', { identifier: 1 }),
      subscribe('one', '+', { identifier: 2 }),
      publish('one', 'a'),
    ],
    noted: {
      of: 'one a',
      mosquitto: ['message 1 QoS 1 [1] at step 3', 'message 1 QoS 1 [2] at step 3'],
      service: ['message 1 QoS 1 [1,2] at step 3'],
    },
  },
  {
    clause: 'MQTT-3.8.3-3',
    mosquitto: 'sends retained messages to their own publisher in spite of No Local',
    service: 'does not',
    steps: [connect('one'), publish('one', 'a', { retain: true }), subscribe('one', 'a', { noLocal: true })],
    noted: { of: 'one a', mosquitto: ['message 1 QoS 1 retained [] at step 2'], service: [] },
  },
  {
    clause: 'MQTT-3.8.4-3',
    mosquitto: 'keeps No Local and Retain As Published of the first SUBSCRIBE of a filter',
    service: 'replaces the subscription with all its options',
    steps: [
      connect('one'),
      subscribe('one', 'a'),
      subscribe('one', 'a', { retainAsPublished: true }),
      publish('one', 'a', { retain: true }),
    ],
    noted: {
      of: 'one a',
      mosquitto: ['message 1 QoS 1 [] at step 3'],
      service: ['message 1 QoS 1 retained [] at step 3'],
    },
  },
  {
    clause: 'MQTT-4.3.3-10',
    mosquitto: 'hands a QoS 2 message on when PUBREL has come',
    service: 'hands it on when PUBLISH has come: figure 4.3 of the standard has both',
    steps: [
      connect('one'),
      connect('three'),
      subscribe('three', '#'),
      { kind: 'publishUnreleased', client: 'one', topic: 'a' },
    ],
    noted: { of: 'three a', mosquitto: [], service: ['message 1 QoS 1 [] at step 3'] },
  },
];

/** What is left when everything has been left out in which the two may differ. */
export function comparable({ deliveries, answers }: Observation): Observation {
  const isAllowed = (line: string) => DIFFERENCES.some(({ isLeftOut }) => isLeftOut?.(line));
  const entries = Object.entries(answers).map(([name, lines]) => [
    name,
    lines.filter((line) => !isAllowed(line)),
  ]);
  return { deliveries, answers: Object.fromEntries(entries) };
}

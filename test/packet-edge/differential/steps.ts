import fc from 'fast-check';
import type { Acknowledging } from './observed-client.ts';

type QoS = 0 | 1 | 2;

export interface WillStep {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** Something that one client does; what it cannot do at the time is left out, before every broker alike. */
export type Step =
  | {
      readonly kind: 'connect';
      readonly client: string;
      readonly clean: boolean;
      /** The session outlives the connection; 3.1.1 has Clean Session alone. */
      readonly lasts: boolean;
      readonly acknowledging: Acknowledging;
      readonly will: WillStep | undefined;
    }
  | { readonly kind: 'cut'; readonly client: string }
  | { readonly kind: 'disconnect'; readonly client: string; readonly withWill: boolean }
  | {
      readonly kind: 'subscribe';
      readonly client: string;
      readonly filter: string;
      readonly qos: QoS;
      readonly noLocal: boolean;
      readonly retainAsPublished: boolean;
      readonly retainHandling: 0 | 1 | 2;
      readonly identifier: number | undefined;
    }
  | { readonly kind: 'unsubscribe'; readonly client: string; readonly filter: string }
  | {
      readonly kind: 'publish';
      readonly client: string;
      readonly topic: string;
      readonly qos: QoS;
      readonly retain: boolean;
      readonly empty: boolean;
    }
  /** The link breaks when PUBLISH, or the first acknowledgement too, has come through; the client returns at once. */
  | {
      readonly kind: 'publishHalf';
      readonly client: string;
      readonly topic: string;
      readonly qos: 1 | 2;
      readonly until: 'publish' | 'receipt';
    };

/** What random steps leave out, since the brokers differ there: see differences.ts. */
export type ShownStep =
  | (Extract<Step, { kind: 'connect' }> & { readonly takesOver?: true })
  | Exclude<Step, { kind: 'connect' }>
  /** QoS 2 without PUBREL. */
  | { readonly kind: 'publishUnreleased'; readonly client: string; readonly topic: string };

/** Clients by the version that they speak. */
export const CLIENTS: Readonly<Record<string, 4 | 5>> = { one: 5, two: 4, three: 5 };

/** What they subscribe to: no two filters of one client match one topic, and options do not change; see differences.ts. */
const SUBSCRIPTIONS = [
  { client: 'one', filter: 'a', noLocal: true, retainAsPublished: false },
  { client: 'one', filter: 'b', noLocal: false, retainAsPublished: true },
  { client: 'one', filter: 'a/+', noLocal: true, retainAsPublished: true },
  { client: 'two', filter: '+', noLocal: false, retainAsPublished: false },
  { client: 'two', filter: '+/x', noLocal: false, retainAsPublished: false },
  { client: 'three', filter: '#', noLocal: false, retainAsPublished: false },
] as const;

const client = fc.constantFrom(...Object.keys(CLIENTS));
const subscription = fc.constantFrom(...SUBSCRIPTIONS);
const topic = fc.constantFrom('a', 'b', 'a/x');
const qos = fc.constantFrom<QoS[]>(2, 1, 0);

const connectOf = (name: fc.Arbitrary<string>) =>
  fc.record({
    kind: fc.constant('connect' as const),
    client: name,
    clean: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
    lasts: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()),
    acknowledging: fc.oneof(
      { weight: 4, arbitrary: fc.constant('everything' as const) },
      fc.constantFrom('nothing' as const, 'receipt' as const),
    ),
    will: fc.option(fc.record({ topic, qos, retain: fc.boolean() }), { nil: undefined, freq: 2 }),
  });

const further: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: connectOf(client) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), client }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('disconnect' as const), client, withWill: fc.boolean() }),
    },
    {
      weight: 5,
      arbitrary: fc
        .record({
          kind: fc.constant('subscribe' as const),
          subscription,
          qos,
          retainHandling: fc.constantFrom(0 as const, 1 as const, 2 as const),
          identifier: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        })
        .map(({ subscription: chosen, retainHandling, ...rest }) => ({
          ...chosen,
          ...rest,
          // No retained messages with No Local: see differences.ts.
          retainHandling: chosen.noLocal ? (2 as const) : retainHandling,
        })),
    },
    {
      weight: 1,
      arbitrary: subscription.map(({ client: name, filter }) => ({
        kind: 'unsubscribe' as const,
        client: name,
        filter,
      })),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('publish' as const),
        client,
        topic,
        qos,
        retain: fc.boolean(),
        empty: fc.nat({ max: 9 }).map((one) => one === 0),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('publishHalf' as const),
        client,
        topic,
        qos: fc.constantFrom(1 as const, 2 as const),
        until: fc.constantFrom('publish' as const, 'receipt' as const),
      }),
    },
  ),
  { minLength: 3, maxLength: 30, size: 'max' },
);

/** All clients connect, then anything happens. */
export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.tuple(...Object.keys(CLIENTS).map((name) => connectOf(fc.constant(name)))), further)
  .map(([connects, rest]) => [...connects, ...rest]);

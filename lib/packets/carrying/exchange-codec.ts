import * as z from 'zod/mini';
import { shown } from '#session/shown';
import { checkTopicName } from '#session/topics/topic-name';
import {
  CLOSE_REASONS,
  type ConnectionContext,
  type HeartbeatEvent,
  type PacketsRequest,
} from './exchange.ts';
import { receiveTimeAfter } from './receive-times.ts';

/* Every `error` says what is allowed; what came and where is added by `problemOf`. */

export type ParsedRequest =
  | { readonly ok: true; readonly request: PacketsRequest }
  /** One sentence a problem: where, what came, what is allowed. */
  | { readonly ok: false; readonly problems: readonly string[] };

const UINT16 = 0xffff;
const UINT32 = 0xffff_ffff;

const text = (maximum = 65_535) => {
  const error = `text of 1 to ${maximum} characters`;
  return z.string({ error }).check(z.minLength(1, { error }), z.maxLength(maximum, { error }));
};
const whole = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.number({ error }).check(
    z.refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, {
      error,
      abort: true,
    }),
  );
};
const flag = z.boolean({ error: 'true or false' });
const milliseconds = whole(0, Number.MAX_SAFE_INTEGER);
const object = <const Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, { error: `an object with ${Object.keys(shape).join(', ')}` });

/** A field that the interface gains has to have its check here, also when it is optional. */
type ShapeOf<Fields> = Readonly<Record<keyof Fields, z.core.$ZodType>>;

// It is part of message identifiers and keys.
const CONNECTION_ID = '1 to 128 letters, digits, hyphens and underscores';
const connectionId = z
  .string({ error: CONNECTION_ID })
  .check(z.regex(/^[\w-]{1,128}$/, { error: CONNECTION_ID }));

const carrier = z.discriminatedUnion(
  'kind',
  [object({ kind: z.literal('listener'), address: text(2048) }), object({ kind: z.literal('iot') })],
  { error: "an object with kind 'listener' and an address, or kind 'iot'" },
);

const ALIASES = 'topic names by topic alias, 1 to 65535';
const topicAliases = z
  .record(z.string().check(z.regex(/^[1-9]\d{0,4}$/)), z.string({ error: ALIASES }), { error: ALIASES })
  .check(
    z.refine(
      (aliases) =>
        Object.entries(aliases).every(
          ([alias, topic]) => Number(alias) <= UINT16 && checkTopicName(topic).valid,
        ),
      { error: ALIASES },
    ),
  );

const context = object({
  clientId: text(),
  incarnation: text(),
  protocolVersion: z.union([z.literal(4), z.literal(5)], { error: '4 or 5' }),
  connectedAtMs: milliseconds,
  keepAliveSeconds: whole(0, UINT16),
  receiveMaximum: whole(1, UINT16),
  maximumPacketSize: z.exactOptional(whole(1, UINT32)),
  requestProblemInformation: flag,
  sessionExpiryInterval: whole(0, UINT32),
  sessionPresent: z.exactOptional(z.literal(true, { error: 'true' })),
  owedFrom: z.exactOptional(text(64)),
  topicAliases: z.exactOptional(topicAliases),
  appendedAtMs: z.exactOptional(whole(0, Number.MAX_SAFE_INTEGER)),
  flowRevision: z.exactOptional(whole(0, Number.MAX_SAFE_INTEGER)),
} satisfies ShapeOf<ConnectionContext>);

const DATA = 'a control packet in base64';
const packet = object({
  data: z.string({ error: DATA }).check(z.minLength(1, { error: DATA }), z.base64({ error: DATA })),
  receivedAtMs: milliseconds,
});

const ASCENDING =
  'packets in the order in which they came, receivedAtMs ascending, strictly but for PUBACK, PUBREC, PUBCOMP and PINGREQ';

function isAscending(list: readonly z.infer<typeof packet>[]): boolean {
  return list.every(({ data, receivedAtMs }, index) => {
    const previousAtMs = list[index - 1]?.receivedAtMs ?? -1;
    return receivedAtMs >= receiveTimeAfter(firstByteOf(data), previousAtMs, 0);
  });
}

function firstByteOf(base64: string): Uint8Array {
  return Buffer.from(base64.slice(0, 4), 'base64');
}

const packets = z
  .array(packet, { error: 'a list of packets' })
  .check(z.refine(isAscending, { error: ASCENDING }));

const packetsRequest = object({
  connection: object({
    id: connectionId,
    carrier,
    remoteAddress: z.exactOptional(text(256)),
    principal: z.exactOptional(text(2048)),
    clientId: z.exactOptional(text()),
    maximumPacketSize: z.exactOptional(whole(1, UINT32)),
  } satisfies ShapeOf<PacketsRequest['connection']>),
  context: z.exactOptional(context),
  packets,
  look: z.exactOptional(
    object({ filters: z.exactOptional(z.array(text(), { error: 'a list of filters' })) }),
  ),
  closed: z.exactOptional(
    object({ reason: z.enum(CLOSE_REASONS, { error: CLOSE_REASONS.join(', ') }), atMs: milliseconds }),
  ),
});

/** More of them tell no more. */
const MAXIMUM_PROBLEMS = 10;

const heartbeat = object({
  heartbeat: object({ address: text(2048) } satisfies ShapeOf<HeartbeatEvent['heartbeat']>),
});

/** Reads a sign of life; undefined when the event is something else. */
export function parseHeartbeat(value: unknown): HeartbeatEvent | undefined {
  const result = heartbeat.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Reads what a carrier hands over, or whoever else invokes the function. */
export function parsePacketsRequest(value: unknown): ParsedRequest {
  const result = packetsRequest.safeParse(value);
  if (result.success) return { ok: true, request: result.data };
  const issues = result.error.issues.slice(0, MAXIMUM_PROBLEMS);
  return { ok: false, problems: issues.map((issue) => problemOf(issue, value)) };
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): string {
  const { path, message } = issue;
  const where = path.join('.') || 'the request';
  if (issue.code === 'unrecognized_keys') {
    return `${where}: unknown ${issue.keys.slice(0, MAXIMUM_PROBLEMS).map(shown).join(', ')} came; allowed: ${message}`;
  }
  const came = path.reduce<unknown>((inside, key) => Reflect.get(Object(inside), key), value);
  const isOfDevice = path.length === 0 || path[0] === 'packets';
  return `${where}: ${isOfDevice ? kindOf(came) : shown(came)} came; allowed: ${message}`;
}

/** What a device has sent may hold its password, and is not repeated. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : shown(value);
}

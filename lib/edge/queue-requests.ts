import * as z from 'zod/mini';
import { checkTopicFilter } from '#session/topics/topic-filter';
import { clientId, packetClientId } from './client-identifier.ts';
import { RefusedEventError } from './errors.ts';
import { problemsOf } from './problems.ts';
import type {
  DeliveryRequest,
  ListenerCheck,
  LookUpRequest,
  MemberEnd,
  OperationRequest,
  RouteCheck,
  WillRequest,
} from './requests.ts';

const ATTEMPT = 'a whole number from 0';
const attempt = z
  .number({ error: ATTEMPT })
  .check(z.refine((value) => Number.isSafeInteger(value) && value >= 0, { error: ATTEMPT }));
/** DynamoDB takes no longer sort key. Clients of the packet edge have filters that AWS IoT Core would not take. */
const MAXIMUM_FILTER_BYTES = 1_024;
const FILTER = `a topic filter of at most ${MAXIMUM_FILTER_BYTES} bytes`;
const isFilter = (value: string) =>
  checkTopicFilter(value).valid && Buffer.byteLength(value) <= MAXIMUM_FILTER_BYTES;
const filter = z.string({ error: FILTER }).check(z.refine(isFilter, { error: FILTER }));

const delivery = z.object({
  clientId,
  sessionIdentifier: z.optional(z.string()),
  attempt: z._default(attempt, 0),
  purpose: z._default(z.enum(['catchUp', 'stragglers'], { error: 'catchUp or stragglers' }), 'catchUp'),
});
const lookUp = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lookUp'), clientId, attempt }),
  z.object({ kind: z.literal('event'), event: z.unknown(), attempt }),
]);
const routeCheck = z.object({
  filter,
  step: z.enum(['mark', 'confirm'], { error: 'mark or confirm' }),
});

const will = z.object({
  kind: z.literal('will', { error: 'will' }),
  clientId: packetClientId,
  connectionId: z.string(),
  removed: z.optional(z.object({ position: z.string(), atMs: z.number() })),
});

const listenerCheck = z.object({
  kind: z.literal('listenerCheck', { error: 'listenerCheck' }),
  address: z.string().check(z.minLength(1)),
  goneSinceMs: z.optional(z.number()),
  after: z.optional(z.string()),
});

const memberEnd = z.object({
  kind: z.literal('memberEnded', { error: 'memberEnded' }),
  clientId: packetClientId,
  incarnation: z.string().check(z.minLength(1)),
  from: z.optional(z.string()),
});

const operation = z.object({ operationId: z.string().check(z.minLength(1)) });

function read<Request>(schema: z.ZodMiniType<Request>, body: unknown, allowed: string): Request {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, body, 'the body');
  throw new RefusedEventError(`A request came that cannot be read: ${problems}. Allowed: ${allowed}.`);
}

/** @throws RefusedEventError */
export function parseDeliveryRequest(body: unknown): DeliveryRequest {
  return read(delivery, body, '{"clientId": …, "attempt": …}');
}

/** @throws RefusedEventError */
export function parseLookUpRequest(body: unknown): LookUpRequest {
  return read(
    lookUp,
    body,
    '{"kind": "lookUp", "clientId": …, "attempt": …} or {"kind": "event", "event": …, "attempt": …}',
  );
}

/** @throws RefusedEventError */
export function parseRouteCheck(body: unknown): RouteCheck {
  return read(routeCheck, body, '{"filter": …, "step": "mark" or "confirm"}');
}

/** @throws RefusedEventError */
export function parseWillRequest(body: unknown): WillRequest {
  const { removed, ...request } = read(
    will,
    body,
    '{"kind": "will", "clientId": …, "connectionId": …} and what a removed session said of it',
  );
  return { ...request, ...(removed !== undefined && { removed }) };
}

/** @throws RefusedEventError */
export function parseListenerCheck(body: unknown): ListenerCheck {
  const { goneSinceMs, after, ...check } = read(
    listenerCheck,
    body,
    '{"kind": "listenerCheck", "address": …} and where to go on',
  );
  return {
    ...check,
    ...(goneSinceMs !== undefined && { goneSinceMs }),
    ...(after !== undefined && { after }),
  };
}

/** @throws RefusedEventError */
export function parseMemberEnd(body: unknown): MemberEnd {
  const { from, ...end } = read(
    memberEnd,
    body,
    '{"kind": "memberEnded", "clientId": …, "incarnation": …} and where to go on',
  );
  return { ...end, ...(from !== undefined && { from }) };
}

/** @throws RefusedEventError */
export function parseOperationRequest(body: unknown): OperationRequest {
  return read(operation, body, '{"operationId": …}');
}

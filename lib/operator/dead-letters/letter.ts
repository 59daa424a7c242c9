import { packetClientId } from '#edge/client-identifier';
import type { QueueUrls } from '#edge/requests';

/** What a dead letter says, whoever has written it. */
export interface Letter {
  /** Which function, rule or queue gave it up. */
  readonly source: string;
  readonly error?: string;
  /** Where it is to go again; absent: nothing can be made of it any more. */
  readonly again?: { readonly queue: Exclude<keyof QueueUrls, 'deadLetters'>; readonly body: unknown };
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PACKET_REQUESTS = new Set(['look', 'takenOver', 'close', 'carrierEnded', 'will', 'listenerCheck']);

/**
 * The queue that brings an event to the function that handles it, by what the event is: what came by a rule goes by
 * way of the queue of the same function. A frame of a carried connection is none: its device has long given up.
 */
function againOf(event: unknown): Letter['again'] {
  if (!isFields(event)) return undefined;
  const { kind } = event;
  if (typeof kind === 'string') {
    if (kind === 'lookUp' || kind === 'event') return { queue: 'lookUps', body: event };
    return PACKET_REQUESTS.has(kind) ? { queue: 'packetRequests', body: event } : undefined;
  }
  if (typeof event['eventType'] === 'string')
    return { queue: 'lookUps', body: { kind: 'event', event, attempt: 0 } };
  if (typeof event['operationId'] === 'string') return { queue: 'operations', body: event };
  if (typeof event['filter'] === 'string') return { queue: 'routeChecks', body: event };
  if (typeof event['topic'] === 'string' && typeof event['payload'] === 'string')
    return { queue: 'unrouted', body: event };
  return typeof event['clientId'] === 'string' ? { queue: 'deliveries', body: event } : undefined;
}

function withAgain(letter: Omit<Letter, 'again'>, event: unknown): Letter {
  const again = againOf(event);
  return again === undefined ? letter : { ...letter, again };
}

/** What a rule would have made of the message, as far as its error action tells of it. */
function eventOfRule({ ruleName, topic, clientId, ...failed }: Fields, sentAtMs: number): unknown {
  const payload = String(failed['base64OriginalPayload'] ?? '');
  const original = parse(Buffer.from(payload, 'base64').toString('utf8'));
  const isLifecycle = String(topic).startsWith('$aws/events/');
  if (isLifecycle)
    return isFields(original) && typeof original['eventType'] === 'string' ? original : undefined;
  if (String(ruleName).endsWith('_session'))
    return { eventType: 'declared', data: payload, clientId, timestamp: sentAtMs };
  if (String(ruleName).endsWith('_packets')) return undefined;
  return {
    payload,
    topic,
    messageId: failed['cloudwatchTraceId'],
    receivedAt: sentAtMs,
    ...(typeof clientId === 'string' && { publisher: clientId }),
  };
}

/**
 * The client whose session an event is of, as it says itself; undefined: it is of none. A message is of none, though it
 * may name its publisher.
 */
export function clientOf({ queue, body }: NonNullable<Letter['again']>): string | undefined {
  const isOfSession = queue === 'lookUps' || queue === 'packetRequests' || queue === 'deliveries';
  if (!isOfSession || !isFields(body)) return undefined;
  const event = isFields(body['event']) ? body['event'] : body;
  const named = packetClientId.safeParse(event['clientId']);
  return named.success ? named.data : undefined;
}

function readRuleFailure(failed: Fields, sentAtMs: number): Letter {
  const failures = Array.isArray(failed['failures']) ? failed['failures'] : [];
  const [failure] = failures.filter(isFields);
  const error = failure?.['errorMessage'];
  const letter = {
    source: `rule ${String(failed['ruleName'])}`,
    ...(typeof error === 'string' && { error }),
  };
  return withAgain(letter, eventOfRule(failed, sentAtMs));
}

function readInvocation(record: Fields): Letter {
  const { requestContext: context, responsePayload: response, requestPayload } = record;
  const arn = isFields(context) ? String(context['functionArn']) : '';
  const name = arn.split(':')[6] ?? arn;
  const condition = isFields(context) ? String(context['condition']) : '';
  const message = isFields(response) ? response['errorMessage'] : undefined;
  const error = typeof message === 'string' ? `${condition}: ${message}` : condition;
  // Of a stream it names the records and does not hold them.
  if (record['DDBStreamBatchInfo'] !== undefined) return { source: `stream to ${name}`, error };
  return withAgain({ source: name, error }, requestPayload);
}

/**
 * Reads what lies in the dead-letter queue: events that a function has refused, asynchronous invocations and stream
 * batches that failed, messages that a rule could not hand over, and requests that ran out of attempts.
 */
export function readLetter(body: string, sentAtMs: number): Letter {
  const value = parse(body);
  if (!isFields(value)) return { source: 'unknown' };
  if (isFields(value['reason']) && typeof value['source'] === 'string') {
    const said = [value['reason']['code'], value['reason']['message']].filter(
      (part) => typeof part === 'string',
    );
    const error = said.length === 0 ? {} : { error: said.join(': ') };
    return withAgain({ source: value['source'], ...error }, value['event']);
  }
  if (isFields(value['requestContext'])) return readInvocation(value);
  if (typeof value['ruleName'] === 'string') return readRuleFailure(value, sentAtMs);
  const again = againOf(value);
  if (again === undefined) return { source: 'unknown' };
  return { source: `queue ${again.queue}`, error: 'ran out of attempts', again };
}

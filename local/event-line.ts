import * as z from 'zod';
import type { Log } from '#listener/ports';
import type { CloudObservation } from './cloud-observation.ts';
import type { IotObservation } from './iot/options.ts';
import { type Colour, coloured, shown } from './terminal.ts';

interface Line {
  readonly what: string;
  readonly colour: Colour;
  readonly rest: string;
}

/** The line that tells a person what happened; undefined for what is not worth one. */
export function eventLine(
  observed: CloudObservation,
  tables: Readonly<Record<string, string>>,
): string | undefined {
  const line = describe(observed, tables);
  if (line === undefined) return undefined;
  const time = new Date().toISOString().slice(11, 23);
  return `${coloured('dim', time)} ${coloured(line.colour, line.what.padEnd(13))} ${line.rest}`;
}

function describe(observed: CloudObservation, tables: Readonly<Record<string, string>>): Line | undefined {
  switch (observed.kind) {
    case 'iot':
      return fromIot(observed.event);
    case 'logged':
      return fromLog(observed.line.functionName, observed.line.text);
    case 'listener':
      return fromListener(...observed.logged);
    case 'queued':
      return observed.queueName === 'DeadLetters'
        ? { what: 'dead letter', colour: 'red', rest: shown(observed.message.body, 300) }
        : undefined;
    case 'busEvent':
      return {
        what: shown(observed.event['detail-type']).replace(/^session\./, 'session '),
        colour: 'magenta',
        rest: endOfSession(observed.event.detail),
      };
    case 'removedByTimeToLive': {
      const [name = observed.tableName] = Object.keys(tables).filter(
        (key) => tables[key] === observed.tableName,
      );
      const key = Object.values(observed.key).map((value) => shown(String(Object.values(value)[0]), 60));
      return { what: 'removed', colour: 'dim', rest: `${key.join(' · ')} from ${name} by TTL` };
    }
    case 'dynamoDbRequest':
      return fromWrite(observed, tables['Messages']);
  }
}

function fromIot(event: IotObservation): Line | undefined {
  const client = 'clientId' in event ? shown(event.clientId ?? '') : 'a client without an id';
  switch (event.kind) {
    case 'connected': {
      const version = event.protocolVersion === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
      const session = event.cleanSession ? 'clean session' : 'persistent session';
      return { what: 'connected', colour: 'green', rest: `${client}  ${version}, ${session}` };
    }
    case 'disconnected':
      return { what: 'disconnected', colour: 'yellow', rest: `${client}  ${event.reason}` };
    case 'subscribed':
    case 'unsubscribed':
      return {
        what: event.kind,
        colour: 'cyan',
        rest: `${client}  ${event.topics.map((topic) => shown(topic)).join(', ')}`,
      };
    case 'published':
      // What devices tell the service, and the broker's own events, are no messages of a user.
      if (event.topic.startsWith('$')) return undefined;
      return {
        what: 'published',
        colour: 'dim',
        rest: `${shown(event.topic)}  ${bytes(event.bytes)} by ${client}`,
      };
    case 'directMessage':
      return event.status === 200
        ? {
            what: 'delivered',
            colour: 'green',
            rest: `${shown(event.topic)}  ${bytes(event.bytes)} to ${client}`,
          }
        : {
            what: 'not delivered',
            colour: 'red',
            rest: `${shown(event.topic)} to ${client}: status ${event.status}, it stays in the log`,
          };
    case 'ruleFailed':
      return {
        what: 'rule failed',
        colour: 'red',
        rest: `${shown(event.ruleName)} on ${shown(event.topic)}: ${shown(event.reason)}`,
      };
    case 'refused':
      return { what: 'refused', colour: 'red', rest: `${client}  ${shown(event.reason)}` };
    case 'ruleFired':
      return undefined;
  }
}

function fromListener(...[level, message, details = {}]: Parameters<Log>): Line | undefined {
  const client = shown(String(details['clientId'] ?? ''));
  switch (message) {
    case 'Connected': {
      const version = details['protocolVersion'] === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
      return { what: 'connected', colour: 'green', rest: `${client}  ${version}, packet edge` };
    }
    case 'Disconnected':
      // The function says why: a DISCONNECT may still have been on its way there.
      return undefined;
    default:
      return level === 'INFO'
        ? undefined
        : concerning(level, 'listener', client, `${message} ${details['error'] ?? ''}`);
  }
}

const endSchema = z.looseObject({
  clientId: z.string(),
  reason: z.string(),
  lost: z.optional(z.looseObject({ messages: z.number(), bytes: z.number() })),
});

function endOfSession(detail: unknown): string {
  const end = endSchema.safeParse(detail);
  if (!end.success) return shown(JSON.stringify(detail), 300);
  const { clientId, reason, lost } = end.data;
  const loss = lost === undefined ? '' : `, ${lost.messages} messages (${bytes(lost.bytes)}) lost with it`;
  return `${shown(clientId)}  ${shown(reason)}${loss}`;
}

const logSchema = z.looseObject({
  level: z.string(),
  message: z.string(),
  clientId: z.optional(z.string()),
  outcome: z.optional(z.string()),
  reason: z.optional(z.string()),
});
const CONCERNING = ['WARN', 'ERROR', 'CRITICAL'];
/** What became of a session at a connection, where a user would like to know. */
const NOTABLE: Readonly<Record<string, string>> = { resumed: 'is resumed', takenOver: 'is taken over' };

/** Of what functions log, only what someone should see to, and sessions that live on. */
function fromLog(functionName: string, text: string): Line | undefined {
  const entry = logSchema.safeParse(parseJson(text));
  if (!entry.success) return undefined;
  const { level, message, clientId, outcome, reason } = entry.data;
  const notable = NOTABLE[outcome ?? ''];
  if (notable !== undefined && clientId !== undefined) {
    return { what: 'session', colour: 'green', rest: `${shown(clientId)}  ${notable}` };
  }
  if (clientId !== undefined && reason !== undefined && message.startsWith('disconnected: ')) {
    return {
      what: 'disconnected',
      colour: 'yellow',
      rest: `${shown(clientId)}  ${shown(reason)}, packet edge`,
    };
  }
  if (!CONCERNING.includes(level)) return undefined;
  return concerning(level, functionName, shown(clientId ?? ''), message);
}

function concerning(level: string, who: string, client: string, message: string): Line {
  const about = client === '' ? '' : `  ${client}`;
  return {
    what: level.toLowerCase(),
    colour: level === 'WARN' ? 'yellow' : 'red',
    rest: `${who}${about}: ${shown(message.trim(), 300)}`,
  };
}

const putSchema = z.object({
  TableName: z.string(),
  Item: z.looseObject({ topic: z.object({ S: z.string() }), position: z.object({ S: z.string() }) }),
});

function fromWrite(
  { operation, body }: Extract<CloudObservation, { kind: 'dynamoDbRequest' }>,
  messagesTable: string | undefined,
): Line | undefined {
  if (operation !== 'PutItem') return undefined;
  const put = putSchema.safeParse(parseJson(body.toString()));
  if (!put.success || put.data.TableName !== messagesTable) return undefined;
  const { topic, position } = put.data.Item;
  return { what: 'logged', colour: 'cyan', rest: `${shown(topic.S)}  at position ${shown(position.S)}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

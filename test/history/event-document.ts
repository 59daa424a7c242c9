import * as z from 'zod/mini';
import { type DetailType, EVENT_SCHEMAS } from '#history/event-schemas';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export const DETAIL_TYPES = Object.keys(EVENT_SCHEMAS) as DetailType[];

const WHO: Readonly<Record<DetailType, string>> = {
  'session.started': 'the stream of the Sessions table',
  'session.resumed': 'the stream of the Sessions table',
  'session.takenOver': 'the stream of the Sessions table',
  'session.disconnected': 'the stream of the Sessions table',
  'session.expired': 'the clean-up after a session',
  'session.ended': 'the clean-up after a session',
  'messages.dropped': 'the stream of the Sessions table',
  'messages.delivered': 'the delivery run, or the stream of the Sessions table',
};

/** The JSON Schema of the detail of an event. */
export function jsonSchemaOf(type: DetailType): Schema {
  return z.toJSONSchema(EVENT_SCHEMAS[type], {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // For readers, who ignore what they do not know; `format` says what a time looks like.
      delete jsonSchema.additionalProperties;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  }) as Schema;
}

/** An example of each, as the service publishes it. */
export type Examples = Readonly<Record<DetailType, unknown>>;

function sectionOf(type: DetailType, examples: Examples): string {
  const { description = '', properties = {}, required = [] } = jsonSchemaOf(type);
  const rows = Object.entries(properties).map(
    ([name, { description: meaning = '' }]) =>
      `| \`${name}\` | ${required.includes(name) ? 'always' : 'if known'} | ${meaning} |`,
  );
  return [
    `## \`${type}\``,
    '',
    `${description} Told by ${WHO[type]}. Schema: [events/${type}.json](events/${type}.json).`,
    '',
    '| field | there | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '```json',
    JSON.stringify(examples[type], null, 2),
    '```',
    '',
  ].join('\n');
}

const HEAD = `# Events

What happens to sessions is published on the event bus of the stack (output \`EventBus\`), with the source
\`mqtt-sessions\`. This file and the JSON Schemas in \`docs/events/\` are generated from the schemas that a test holds the
published events to.

- \`version\` rises when a field changes its meaning or disappears. New fields may come without that, so ignore fields
  that you do not know.
- An event is published for each change. Copies are possible, since a function that dies is tried again and EventBridge
  delivers at least once; they have the same \`id\`.
- Events come within seconds, but not in the order in which things happened: \`at\` and \`endedAt\` tell that order. AWS IoT
  Core, too, reports connections late and out of order. When a late report shows that an earlier event was wrong, the
  right one is published with an \`id\` of its own, and the history of the client is corrected.
- So a \`session.takenOver\` may come too early: the next connection has begun, and the end of the one before it, which was
  earlier, has not been reported yet. It is then followed by a \`session.disconnected\` of that one, with the same
  \`clientId\`, a \`connectionId\` and an \`id\` of its own, and an \`at\` before that of the takeover; no other event takes the
  takeover back. If you act on takeovers (two devices under one client identifier), wait a minute for that event, or ask
  the history of the client.
- A rule that takes only some of the events: \`{ "source": ["mqtt-sessions"], "detail-type": ["session.expired"] }\`.
`;

/** The text of docs/events.md. */
export function eventDocument(examples: Examples): string {
  return [HEAD, ...DETAIL_TYPES.map((type) => sectionOf(type, examples))].join('\n');
}

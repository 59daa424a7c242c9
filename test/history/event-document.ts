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

What happens to sessions is published on the event bus of the stack (output \`EventBus\`), source \`mqtt-sessions\`. This
file and the JSON Schemas in \`docs/events/\` are written from the schemas to which a test holds what is published.

- \`version\` rises when a field changes its meaning or goes; new fields may come without that, so ignore what you do not
  know.
- An event is written once for each change. A function that dies in between is tried again, and EventBridge itself
  delivers at least once: copies have the same \`id\`.
- Events come within seconds, not in the order in which things happened: \`at\` and \`endedAt\` tell that. AWS IoT Core
  tells of connections late and out of order too. When that shows that something was otherwise, what is right is
  published with an \`id\` of its own; the history of the client has what was told too early taken back.
- So a \`session.takenOver\` may come too early: the next connection began, and the end of the one before it, which was
  earlier, was not heard of yet. What follows is a \`session.disconnected\` of that one, with the same \`clientId\`, a
  \`connectionId\` and an \`id\` of its own, and an \`at\` before that of the takeover; no other event takes that back. Who
  acts on takeovers (two devices under one client identifier) waits a minute for it, or asks the history of the client.
- A rule for those who take part in fewer: \`{ "source": ["mqtt-sessions"], "detail-type": ["session.expired"] }\`.
`;

/** The text of docs/events.md. */
export function eventDocument(examples: Examples): string {
  return [HEAD, ...DETAIL_TYPES.map((type) => sectionOf(type, examples))].join('\n');
}

import * as z from 'zod/mini';
import { DROP_REASONS } from '#session/delivery/drop-reasons';
import { NEVER } from '#session/expiry';

/* Functions take the types alone; the schemas make docs/events and hold it to what is published. */

const described = <Schema extends z.core.$ZodType>(schema: Schema, description: string): Schema => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

const time = (description: string) => described(z.iso.datetime({ precision: 3 }), description);
const interval = () =>
  described(
    z.int().check(z.minimum(0), z.maximum(NEVER)),
    `Session Expiry Interval in force, seconds; ${NEVER} never expires.`,
  );
const count = (description: string) => described(z.int().check(z.minimum(0)), description);

const common = {
  version: described(z.literal(1), 'Of the form of this detail.'),
  id: described(
    z.string().check(z.length(22)),
    'Names what happened: the same in every copy of the event, which may come more than once.',
  ),
  clientId: described(z.string(), 'The client identifier, as the client chose it.'),
  incarnation: described(
    z.string(),
    'With the client identifier, names the life of the session: a clean start or an expiry begins another one.',
  ),
};

const ofConnection = {
  ...common,
  at: time('When it happened.'),
  connectionId: described(z.string(), 'Names the connection of the client.'),
};

const source = {
  ipAddress: z.optional(described(z.string(), 'Where the connection comes from, if known.')),
  principal: z.optional(
    described(z.string(), 'Who has connected, if known: a certificate or another identity.'),
  ),
};

const lost = z.strictObject({
  messages: count('Messages that waited when the session ended.'),
  bytes: count('Topics and payloads of them.'),
  topics: described(z.array(z.string()), 'The first few topics.'),
  atLeast: described(z.boolean(), 'There were more than are counted.'),
});

const ofLifeEnd = {
  ...common,
  endedAt: time('When the session ended, which is not when that was noticed.'),
  sessionExpiryInterval: interval(),
};

/** By reason, why messages were not delivered. */
const dropReason = z.enum(DROP_REASONS);

/** `detail` of every event on the bus, by its `detail-type`. */
export const EVENT_SCHEMAS = {
  'session.started': described(
    z.strictObject({ ...ofConnection, sessionExpiryInterval: interval(), ...source }),
    'A client has connected and had no session: a new one has begun.',
  ),
  'session.resumed': described(
    z.strictObject({ ...ofConnection, sessionExpiryInterval: interval(), ...source }),
    'A client has connected and its session was there (Session Present).',
  ),
  'session.takenOver': described(
    z.strictObject({
      ...ofConnection,
      sessionPresent: described(
        z.boolean(),
        'Whether the new connection goes on with the session; a session.resumed or a session.started of it says the same.',
      ),
      ...source,
    }),
    'A client has connected while another connection of the same client identifier stood, which has ended with that.',
  ),
  'session.disconnected': described(
    z.strictObject({
      ...ofConnection,
      reason: z.optional(described(z.string(), 'As the broker or the packet edge gave it.')),
      sessionExpiryInterval: interval(),
      expiresAt: z.optional(
        time('When the session ends unless its client returns; absent: never, or it has ended.'),
      ),
    }),
    'A connection has ended by itself; one that was taken over has the session.takenOver of its successor.',
  ),
  'session.expired': described(
    z.strictObject({
      ...ofLifeEnd,
      reason: described(z.literal('expired'), 'Always the same.'),
      lost: z.optional(described(lost, 'What waited for the client and is lost with the session.')),
    }),
    'A session has ended since its client stayed away for longer than its Session Expiry Interval.',
  ),
  'session.ended': described(
    z.strictObject({
      ...ofLifeEnd,
      reason: described(
        z.enum(['cleanStart', 'disconnected', 'takenOver', 'operator']),
        'cleanStart: the client asked for a new one; disconnected: its interval was 0; takenOver: so it was when another connection came; operator: somebody ended it.',
      ),
    }),
    'A session has ended otherwise than by its expiry.',
  ),
  'messages.dropped': described(
    z.strictObject({
      ...common,
      at: time('When it was noted; the last of them.'),
      counts: described(
        z.partialRecord(dropReason, z.int()),
        'How many were dropped since the last such event, by reason.',
      ),
      topics: described(z.array(z.string()), 'Topics of the last few, cut to 64 characters.'),
    }),
    'Messages for a client were not delivered and will not be.',
  ),
  'messages.delivered': described(
    z.strictObject({
      ...common,
      at: time('When the run or the connection ended.'),
      messages: count('How many were delivered that no such event has told of.'),
      connectionId: z.optional(
        described(
          z.string(),
          'Packet edge: names the connection by which they came; absent: a delivery run.',
        ),
      ),
      from: z.optional(
        described(z.string(), 'Delivery run: position in the message log of the first of them.'),
      ),
      upTo: z.optional(
        described(z.string(), 'Delivery run: position in the message log of the last of them.'),
      ),
    }),
    'Messages were delivered: by a run to a client that had returned, or at the packet edge by a connection that has ended.',
  ),
} as const;

export type EventDetails = {
  readonly [Type in keyof typeof EVENT_SCHEMAS]: z.output<(typeof EVENT_SCHEMAS)[Type]>;
};

export type DetailType = keyof EventDetails;

/** An event for the bus. */
export type PublishedEvent = {
  readonly [Type in DetailType]: { readonly detailType: Type; readonly detail: EventDetails[Type] };
}[DetailType];

/*
 * Stands for @smithy/core/event-streams in the bundles. A client asks for it when an operation streams events, which
 * none does that a function uses; it is 15 KB of each bundle.
 */

/** Nothing can be sent or read as a stream of events. */
export class EventStreamSerde {
  constructor() {
    throw new Error(
      'An operation streams events, and the bundles have nothing for that; take @smithy/core/event-streams out of the aliases in lib/infra/functions/bundle.ts',
    );
  }
}

/** Asked for by clients whose operations stream events. */
export const eventStreamSerdeProvider = () => new EventStreamSerde();

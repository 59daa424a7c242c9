import type { TraceView } from '#operator/trace/trace-view';
import { LOG_START, timeOf } from '#session/position';
import { owedSinceMs } from '#session/subscription';
import type { FoundMessage } from '#store/messages/message-log';
import { isoTime } from '../iso-time.ts';
import type { Trace } from '../schemas/trace.ts';

function toldMessage(message: FoundMessage): NonNullable<Trace['message']> {
  const { messageId, topic, receivedAtMs, messageExpiryInterval, publisher } = message;
  return {
    messageId,
    topic,
    receivedAt: isoTime(receivedAtMs),
    ...(messageExpiryInterval !== undefined && {
      expiresAt: isoTime(receivedAtMs + messageExpiryInterval * 1000),
    }),
    ...(publisher !== undefined && { publisher }),
  };
}

/** What is known of a message and a client, as it is told. */
export function toldTrace(
  view: TraceView,
  asked: {
    readonly clientId: string;
    readonly topic?: string | undefined;
    readonly messageId?: string | undefined;
  },
): Trace {
  const { verdict, explanation, filters, message, dropReason, packetId, run, cursor } = view;
  return {
    clientId: asked.clientId,
    ...(asked.topic !== undefined && { topic: asked.topic }),
    ...(asked.messageId !== undefined && { messageId: asked.messageId }),
    verdict,
    filters: filters.map(({ subscription, isDurable }) => ({
      filter: subscription.filter,
      subscribedAt: isoTime(owedSinceMs(subscription)),
      isDurable,
    })),
    explanation,
    ...(message !== undefined && { message: toldMessage(message) }),
    // Nothing is delivered yet to a client whose cursor stands at the start of the log.
    ...(cursor !== undefined && cursor !== LOG_START && { deliveredUpTo: isoTime(timeOf(cursor)) }),
    ...(run !== undefined && {
      deliveredBetween: {
        from: isoTime(timeOf(run.from)),
        upTo: isoTime(timeOf(run.upTo)),
        at: isoTime(run.atMs),
      },
    }),
    ...(dropReason !== undefined && { dropReason }),
    ...(packetId !== undefined && { packetId }),
  };
}

import { REASON_CODES } from '#packets/reason-codes';
import type { PublishPacket } from '#packets/types';
import type { Exchange } from '../exchange.ts';
import { TOPIC_ALIAS_MAXIMUM } from '../limits.ts';

export type ResolvedTopic =
  | { readonly ok: true; readonly topic: string }
  | { readonly ok: false; readonly reasonCode: number; readonly reason: string };

/** The topic of a PUBLISH; an alias is remembered or looked up, for this connection alone. [MQTT-3.3.2-7] */
export function resolveTopic(exchange: Exchange, { topic, properties }: PublishPacket): ResolvedTopic {
  const alias = properties.topicAlias;
  const { context } = exchange;
  if (alias === undefined || context === undefined) return { ok: true, topic };
  // [MQTT-3.3.2-8] [MQTT-3.3.2-9]
  if (alias < 1 || alias > TOPIC_ALIAS_MAXIMUM) {
    return {
      ok: false,
      reasonCode: REASON_CODES.topicAliasInvalid,
      reason: `A topic alias is from 1 to ${TOPIC_ALIAS_MAXIMUM}, not ${alias}`,
    };
  }
  if (topic === '') {
    const known = context.topicAliases?.[alias];
    if (known !== undefined) return { ok: true, topic: known };
    return {
      ok: false,
      reasonCode: REASON_CODES.protocolError,
      reason: `The topic alias ${alias} was never set`,
    };
  }
  exchange.change({ ...context, topicAliases: { ...context.topicAliases, [alias]: topic } });
  return { ok: true, topic };
}

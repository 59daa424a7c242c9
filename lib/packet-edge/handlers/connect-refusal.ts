import { REASON_CODES } from '#packets/reason-codes';
import type { ConnectPacket } from '#packets/types';
import { checkTopicName } from '#session/topic-name';
import type { Exchange } from '../exchange.ts';
import { MAXIMUM_CLIENT_IDENTIFIER_BYTES, MAXIMUM_TOPIC_BYTES } from '../limits.ts';

export interface Refusal {
  readonly reasonCode: number;
  readonly reason: string;
}

type Check = (packet: ConnectPacket, exchange: Exchange) => Refusal | undefined;

const badIdentifier = (reason: string): Refusal => ({
  reasonCode: REASON_CODES.clientIdentifierNotValid,
  reason,
});

/** [MQTT-3.1.3-8] of 3.1.1: without an identifier there is nothing to keep a session by. */
const needsIdentifier: Check = ({ clientId, clean, protocolVersion }) =>
  clientId === '' && !clean && protocolVersion === 4
    ? badIdentifier('Clean Session 0 needs a client identifier')
    : undefined;

const identifierFits: Check = ({ clientId }) => {
  const bytes = Buffer.byteLength(clientId);
  return bytes > MAXIMUM_CLIENT_IDENTIFIER_BYTES
    ? badIdentifier(`A client identifier has at most ${MAXIMUM_CLIENT_IDENTIFIER_BYTES} bytes, not ${bytes}`)
    : undefined;
};

/** Identity comes only from what the carrier authenticated. */
const identifierIsCarriers: Check = ({ clientId }, { request }) => {
  const authenticated = request.connection.clientId;
  return authenticated === undefined || clientId === '' || clientId === authenticated
    ? undefined
    : badIdentifier('The client identifier is not that of the connection which carries it');
};

/** Extended authentication is not offered. [MQTT-4.12.0-1] */
const noAuthenticationMethod: Check = ({ properties }) =>
  properties.authenticationMethod === undefined
    ? undefined
    : {
        reasonCode: REASON_CODES.badAuthenticationMethod,
        reason: 'No authentication method is supported',
      };

const willTopic: Check = ({ will }) => {
  if (will === undefined) return undefined;
  const check = checkTopicName(will.topic);
  const fits = Buffer.byteLength(will.topic) <= MAXIMUM_TOPIC_BYTES;
  if (check.valid && fits) return undefined;
  return {
    reasonCode: REASON_CODES.topicNameInvalid,
    reason: check.valid ? `A topic has at most ${MAXIMUM_TOPIC_BYTES} bytes` : check.reason,
  };
};

const CHECKS: readonly Check[] = [
  needsIdentifier,
  identifierFits,
  identifierIsCarriers,
  noAuthenticationMethod,
  willTopic,
];

/** Why a well-formed CONNECT is refused; undefined when it is not. */
export function connectRefusal(packet: ConnectPacket, exchange: Exchange): Refusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(packet, exchange);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

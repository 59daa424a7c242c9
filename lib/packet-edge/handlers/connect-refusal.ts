import { REASON_CODES } from '#packets/reason-codes';
import type { ConnectPacket } from '#packets/types';
import { MAXIMUM_KEY_TEXT_BYTES } from '#session/utf8';
import type { Exchange } from '../exchange.ts';

export interface Refusal {
  readonly reasonCode: number;
  readonly reason: string;
}

type Check = (packet: ConnectPacket, exchange: Exchange) => Refusal | undefined;

const badIdentifier = (reason: string): Refusal => ({
  reasonCode: REASON_CODES.clientIdentifierNotValid,
  reason,
});

const identifierFits: Check = ({ clientId }) => {
  const bytes = Buffer.byteLength(clientId);
  return bytes > MAXIMUM_KEY_TEXT_BYTES
    ? badIdentifier(`A client identifier has at most ${MAXIMUM_KEY_TEXT_BYTES} bytes, not ${bytes}`)
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

const willTopicFits: Check = ({ will }) =>
  will === undefined || Buffer.byteLength(will.topic) <= MAXIMUM_KEY_TEXT_BYTES
    ? undefined
    : {
        reasonCode: REASON_CODES.topicNameInvalid,
        reason: `A topic has at most ${MAXIMUM_KEY_TEXT_BYTES} bytes`,
      };

const CHECKS: readonly Check[] = [
  identifierFits,
  identifierIsCarriers,
  noAuthenticationMethod,
  willTopicFits,
];

/** Why a well-formed CONNECT is refused; undefined when it is not. */
export function connectRefusal(packet: ConnectPacket, exchange: Exchange): Refusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(packet, exchange);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

import type { IConnectPacket } from 'mqtt-packet';
import { LIMITS } from '../limits.ts';
import { REASON, RETURN_CODE } from '../reason-codes.ts';
import { topicProblem } from '../topic-match.ts';

/** Without a code the connection is closed without CONNACK, as the version has no fitting code. */
export interface ConnectRefusal {
  why: string;
  reasonCode?: number;
  returnCode?: number;
}

/** The first thing about a CONNECT that the broker does not take, if there is one. */
export function connectRefusal(packet: IConnectPacket): ConnectRefusal | undefined {
  return versionRefusal(packet) ?? clientIdRefusal(packet) ?? willRefusal(packet);
}

function versionRefusal({ protocolVersion }: IConnectPacket): ConnectRefusal | undefined {
  if (protocolVersion === 4 || protocolVersion === 5) return undefined;
  return { why: 'only MQTT 3.1.1 and 5 are supported', returnCode: RETURN_CODE.unacceptableProtocolVersion };
}

function clientIdRefusal({ clientId, clean, protocolVersion }: IConnectPacket): ConnectRefusal | undefined {
  const codes = { reasonCode: REASON.clientIdentifierNotValid, returnCode: RETURN_CODE.identifierRejected };
  // [MQTT-3.1.3-8]: nobody could resume such a session in 3.1.1, which does not tell the assigned identifier.
  if (clientId === '' && protocolVersion === 4 && clean !== true) {
    return { why: 'an empty client identifier needs Clean Session 1', ...codes };
  }
  if (Buffer.byteLength(clientId) > LIMITS.clientIdBytes) {
    return { why: `the client identifier has more than ${LIMITS.clientIdBytes} bytes`, ...codes };
  }
  if (clientId.startsWith('$') || clientId.includes('\0')) {
    return { why: 'the client identifier begins with $ or has the character U+0000', ...codes };
  }
  return undefined;
}

function willRefusal({ will }: IConnectPacket): ConnectRefusal | undefined {
  if (will === undefined) return undefined;
  if (will.qos === 2) return { why: 'the will has QoS 2', reasonCode: REASON.qosNotSupported };
  const problem =
    topicProblem(will.topic) ?? (will.topic.startsWith('$') ? 'the topic is reserved' : undefined);
  return problem === undefined ? undefined : { why: `will: ${problem}`, reasonCode: REASON.topicNameInvalid };
}

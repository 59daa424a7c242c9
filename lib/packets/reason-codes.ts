/** The reason codes of MQTT 5, section 2.4, by their names there; those that only AUTH has are left out. */
export const REASON_CODES = {
  success: 0x00,
  normalDisconnection: 0x00,
  grantedQoS0: 0x00,
  grantedQoS1: 0x01,
  grantedQoS2: 0x02,
  disconnectWithWillMessage: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecificError: 0x83,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierInUse: 0x91,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  sharedSubscriptionsNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
  maximumConnectTime: 0xa0,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardSubscriptionsNotSupported: 0xa2,
} as const;

/** Return codes of a 3.1.1 CONNACK (MQTT 3.1.1, table 3.1). */
const CONNACK_RETURN_CODES = {
  accepted: 0x00,
  unacceptableProtocolVersion: 0x01,
  identifierRejected: 0x02,
  serverUnavailable: 0x03,
  badUserNameOrPassword: 0x04,
  notAuthorized: 0x05,
} as const;

/** The first reason code that is a failure; SUBACK of 3.1.1 knows no other. */
export const FIRST_FAILURE = 0x80;

const RETURN_CODES: ReadonlyMap<number, number> = new Map([
  [REASON_CODES.success, CONNACK_RETURN_CODES.accepted],
  [REASON_CODES.unsupportedProtocolVersion, CONNACK_RETURN_CODES.unacceptableProtocolVersion],
  [REASON_CODES.clientIdentifierNotValid, CONNACK_RETURN_CODES.identifierRejected],
  [REASON_CODES.serverUnavailable, CONNACK_RETURN_CODES.serverUnavailable],
  [REASON_CODES.serverBusy, CONNACK_RETURN_CODES.serverUnavailable],
  [REASON_CODES.serverShuttingDown, CONNACK_RETURN_CODES.serverUnavailable],
  [REASON_CODES.connectionRateExceeded, CONNACK_RETURN_CODES.serverUnavailable],
  [REASON_CODES.quotaExceeded, CONNACK_RETURN_CODES.serverUnavailable],
  [REASON_CODES.badUserNameOrPassword, CONNACK_RETURN_CODES.badUserNameOrPassword],
  [REASON_CODES.badAuthenticationMethod, CONNACK_RETURN_CODES.notAuthorized],
  [REASON_CODES.notAuthorized, CONNACK_RETURN_CODES.notAuthorized],
  [REASON_CODES.banned, CONNACK_RETURN_CODES.notAuthorized],
]);

/**
 * The return code with which a 3.1.1 CONNACK says the same. Undefined: none does, and the connection is closed
 * without a CONNACK (MQTT 3.1.1, 3.2.2.3).
 */
export function connackReturnCode(reasonCode: number): number | undefined {
  return RETURN_CODES.get(reasonCode);
}

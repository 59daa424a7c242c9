/** Reason codes of MQTT 5, section 2.4, and return codes of MQTT 3.1.1 (3.2.2.3). */
export const REASON = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  malformedPacket: 0x81,
  protocolError: 0x82,
  clientIdentifierNotValid: 0x85,
  notAuthorized: 0x87,
  serverShuttingDown: 0x8b,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  qosNotSupported: 0x9b,
  subscriptionIdentifiersNotSupported: 0xa1,
} as const;

export const RETURN_CODE = {
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  /** 7 and not 5, which MQTT 3.1.1 has for it: IoT Core documents this deviation. */
  notAuthorized: 7,
} as const;

/** What SUBACK says of a filter that was refused, in MQTT 3.1.1 (3.9.3). */
export const SUBACK_FAILURE = 0x80;

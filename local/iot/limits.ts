/** What IoT Core documents as its limits, as far as they are enforced here. */
export const LIMITS = {
  payloadBytes: 128 * 1024,
  /** Told to MQTT 5 clients; above the payload's limit, since topic and properties come on top. */
  packetBytes: 149_504,
  topicBytes: 256,
  topicSlashes: 7,
  shareNameCharacters: 128,
  clientIdBytes: 128,
  subscriptionsPerConnection: 50,
  filtersPerSubscribe: 8,
  unacknowledgedPerConnection: 100,
  topicAliases: 8,
  keepAliveSeconds: 1200,
  messageExpirySeconds: 604_800,
  directMessagesPerSecond: 100,
  sharedQueueMessagesPerSecond: 20,
  /** How long GetConnection remembers a connection that has ended. */
  connectionRecordMs: 30 * 60 * 1000,
} as const;

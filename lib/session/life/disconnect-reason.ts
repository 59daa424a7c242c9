/** The reasons on which something depends, as AWS IoT Core's `disconnected` events have them; others are only told. */
export const DISCONNECT_REASON = {
  /** The client's own DISCONNECT: its will is deleted unpublished. [MQTT-3.14.4-3] */
  byClient: 'CLIENT_INITIATED_DISCONNECT',
  /** The packet edge's own: DISCONNECT with any reason code but 0x00; the will is published. [MQTT-3.1.2-10] */
  byClientWithWill: 'DISCONNECT_WITH_WILL',
  keepAliveTimeout: 'MQTT_KEEP_ALIVE_TIMEOUT',
  /** Another connection of the same client identifier has begun. */
  takenOver: 'DUPLICATE_CLIENTID',
} as const;

/** What holds for the whole service, whatever the policy. */
export interface Settings {
  /** Appends to the message log become visible within this; no cursor moves nearer to now. */
  readonly settleSeconds: number;
  /** How far a cursor is set back, beside the keep alive that ran out, unless the client itself said goodbye. */
  readonly lossWindowSeconds: number;
  /** For how long after a SUBSCRIBE messages are delivered by the service too, as the broker may still be slow. */
  readonly liveOverlapSeconds: number;
  /** The account's persistent session expiry on the broker. */
  readonly brokerSessionExpirySeconds: number;
  /** How long messages are kept for sessions that never expire. */
  readonly neverExpiresRetentionSeconds: number;
  /** To one client. */
  readonly deliveriesPerSecond: number;
  /** Taken for the keep alive of a connection whose own is not known. */
  readonly unknownKeepAliveSeconds: number;
  /** Messages that are published at the packet edge are published to AWS IoT Core as well, for its subscribers and rules. */
  readonly publishToBroker: boolean;
  /** Packets that AWS IoT Core carries go to a device as direct messages on `<prefix>/<clientId>/down`. */
  readonly downTopicPrefix: string;
  /**
   * Parts of one filter’s log, for more writes a second than one key takes. Only ever raise it: the packet edge
   * reads as many as this says.
   */
  readonly logShards: number;
  /**
   * How many shapes filters may have, that is, ways in which their wildcards stand: each that fits a topic costs every
   * message a look-up. A subscription that would add one more is refused.
   */
  readonly maximumShapes: number;
  /** How long it is kept what happened to a session. */
  readonly historyRetentionSeconds: number;
  /** DynamoDB read units that a survey of the sessions may use, each minute. */
  readonly surveyReadUnits: number;
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  settleSeconds: 4,
  lossWindowSeconds: 5,
  liveOverlapSeconds: 1,
  brokerSessionExpirySeconds: 3600,
  neverExpiresRetentionSeconds: 2_592_000,
  deliveriesPerSecond: 80,
  unknownKeepAliveSeconds: 1200,
  publishToBroker: true,
  downTopicPrefix: 'mqtt-sessions',
  logShards: 1,
  maximumShapes: 256,
  historyRetentionSeconds: 2_592_000,
  surveyReadUnits: 200,
});

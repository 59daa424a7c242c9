/** US dollars, us-east-1, as of 2026-11. To be checked again on the pricing pages before anyone relies on them. */
export const RATES = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** A month. */
  storageGigabyte: 0.25,
  ruleTriggered: 0.15e-6,
  ruleAction: 0.15e-6,
  /** Of 5 KB. The price of SendDirectMessage was not found; it is taken to be metered as a message. */
  brokerMessage: 1e-6,
  lambdaRequest: 0.2e-6,
  /** Arm. */
  lambdaGigabyteSecond: 1.33334e-5,
  queueRequest: 0.4e-6,
  /** Of 64 KB, put on a bus of one's own. */
  busEvent: 1e-6,
} as const;

/** A fleet, a month. Every number is an assumption; change it here and run `npm run bench` again. */
export const FLEET = {
  devices: 100_000,
  days: 30,
  /** A connection lost and made again, with one SUBSCRIBE. */
  reconnectsPerDeviceDay: 2,
  /** Published to each device while it is connected. */
  liveMessagesPerDeviceDay: 20,
  /** Published to each device while it is away: delivered by the service. */
  waitingMessagesPerReconnect: 5,
  messageBytes: 512,
  retentionDays: 1,
  /** Shapes in use: keys that are looked up for each message. */
  shapes: 2,
  /** Of the function that records, which gathers for a second what the stream brings. */
  recordInvocationsPerSecond: 1,
  lambdaMemoryGigabytes: 0.5,
  /** Of a warm invocation that reads and writes DynamoDB once or twice. */
  eventMilliseconds: 25,
  /** Of a survey of the fleet. */
  surveyMilliseconds: 1_000,
  /** Of a delivery run, for each message: one that waits for its PUBACK. */
  deliveryMilliseconds: 60,
  /** Disconnected, resumed, delivered. */
  busEventsPerReconnect: 3,
  /** An empty receive of each of six queues by the pollers of Lambda, a minute. */
  emptyReceivesPerMinute: 6 * 5 * 3,
} as const;

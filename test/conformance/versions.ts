/** Names of tests carry the statements that they show: `[MQTT-3.1.2-4]` of MQTT 5, `[MQTT-3.1.2-6 v3.1.1]` of 3.1.1. */
export const VERSIONS = [
  ['MQTT 3.1.1', 4],
  ['MQTT 5', 5],
] as const;

/** What makes a session outlive its connection: Clean Session 0, or an interval. */
export function lasting(version: 4 | 5) {
  return version === 4 ? { clean: false } : { clean: false, properties: { sessionExpiryInterval: 3_600 } };
}

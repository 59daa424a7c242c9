import { MQTT_5_BEHAVIOUR } from './mqtt5-behaviour.ts';
import { MQTT_5_CONNECT } from './mqtt5-connect.ts';
import { MQTT_5_PACKETS } from './mqtt5-packets.ts';
import { MQTT_311 } from './mqtt311.ts';
import type { Statement } from './statement.ts';

/** The numbered statements of both standards (their appendices B; where those and the text differ, the text). */
export const STATEMENTS: readonly Statement[] = [
  ...MQTT_5_CONNECT,
  ...MQTT_5_PACKETS,
  ...MQTT_5_BEHAVIOUR,
  ...MQTT_311,
];

/** As names of tests have it. */
export function mark({ id, version }: Pick<Statement, 'id' | 'version'>): string {
  return version === '5' ? `[${id}]` : `[${id} v3.1.1]`;
}

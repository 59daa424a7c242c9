import type { ProtocolVersion } from './types.ts';

/** Why bytes are no control packet that the client may send. */
export interface Refusal {
  /** MQTT 5's, for a DISCONNECT or CONNACK; `connackReturnCode` has the one of 3.1.1. */
  readonly reasonCode: number;
  /** What came and what is allowed; quotes nothing longer than a topic. */
  readonly reason: string;
  /** The statement, `MQTT-3.1.2-3`, or the section, `MQTT 5, 2.2.2.2`, that says so. */
  readonly clause: string;
}

/** Both versions say it, under a number of their own. */
export type Clause = string | Readonly<Record<ProtocolVersion, string>>;

export function clauseFor(clause: Clause, protocolVersion: ProtocolVersion): string {
  return typeof clause === 'string' ? clause : clause[protocolVersion];
}

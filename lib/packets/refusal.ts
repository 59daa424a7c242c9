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

/** Where both versions say it under numbers of their own, both. */
export type Clause = string | Readonly<Record<ProtocolVersion, string>>;

/** A refusal before it is known to which version of MQTT its clause belongs. */
export type Objection = Omit<Refusal, 'clause'> & { readonly clause: Clause };

export function refusalIn(
  { reasonCode, reason, clause }: Objection,
  protocolVersion: ProtocolVersion,
): Refusal {
  return { reasonCode, reason, clause: typeof clause === 'string' ? clause : clause[protocolVersion] };
}

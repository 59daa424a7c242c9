/** What is wrong with how a client or a filter is used. */
export type AdviceKind =
  | 'sharedClientId'
  | 'intervalTooLong'
  | 'intervalTooShort'
  | 'neverResumed'
  | 'receivesNothingDelivered'
  | 'broadFilter';

/** Something that an operator may want to change, with what shows it. */
export interface Advice {
  /** The same for as long as it is about the same thing. */
  readonly id: string;
  readonly kind: AdviceKind;
  /** A warning where messages are lost or devices disturb each other; the rest costs money. */
  readonly severity: 'info' | 'warning';
  readonly clientId?: string;
  readonly filter?: string;
  /** One sentence, with the numbers of the evidence in it. */
  readonly summary: string;
  /** What was counted or measured; times are ISO 8601, durations seconds. */
  readonly evidence: Readonly<Record<string, number | string | readonly string[]>>;
  readonly change: {
    /** What would mend it. */
    readonly text: string;
    /** JSON to copy: a session policy of the stack, or a statement of an AWS IoT policy. */
    readonly policy?: string;
  };
}

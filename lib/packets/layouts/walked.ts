import type { UserProperty } from '#session/message';

/** What mqtt-packet does not tell of a packet, read along the way. */
export interface Walked {
  readonly userProperties?: readonly UserProperty[];
  readonly willUserProperties?: readonly UserProperty[];
}

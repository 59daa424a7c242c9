/** Why messages are not delivered. */
export const DROP_REASONS = [
  'overflowMessages',
  'overflowBytes',
  'expired',
  'notAuthorized',
  'tooLarge',
  'refused',
  /** An operator has given it up. */
  'operator',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

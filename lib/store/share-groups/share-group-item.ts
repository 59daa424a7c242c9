import type { Position } from '#session/position';
import type { Lease } from '#session/session';

/** One `$share` group of the lifecycle edge: who of it is online, and from where on nobody was. */
export interface ShareGroup {
  /** `$share/<share name>/<filter>` */
  readonly filter: string;
  readonly online: ReadonlySet<string>;
  /** Messages from here on were sent while nobody was online to get them. */
  readonly owedFrom?: Position;
  readonly lease?: Lease;
}

/** Its attributes. */
export interface GroupItem {
  readonly value: string;
  /** Absent when empty: DynamoDB has no empty sets. */
  readonly membersOnline?: ReadonlySet<string>;
  readonly owedFrom?: Position;
  /** Of `owedFrom`, what was added while the lease was held. */
  readonly owedMeanwhile?: Position;
  readonly leaseHolder?: string;
  readonly leaseUntilMs?: number;
}

/** A group from its item. */
export function fromItem({
  value,
  membersOnline,
  owedFrom,
  leaseHolder,
  leaseUntilMs,
}: GroupItem): ShareGroup {
  return {
    filter: value,
    online: membersOnline ?? new Set(),
    ...(owedFrom === undefined ? {} : { owedFrom }),
    ...(leaseHolder === undefined || leaseUntilMs === undefined
      ? {}
      : { lease: { holder: leaseHolder, untilMs: leaseUntilMs } }),
  };
}

/** How many messages the flow of one life had delivered when it was looked at. */
export interface Delivered {
  /** The flow's. */
  readonly incarnation: string;
  /** Since the flow began, whatever connection they came by. */
  readonly messages: number;
}

/** What two looks at the flow have found on one connection: a flow only ever counts up. */
export function joinDelivered(
  one: Delivered | undefined,
  other: Delivered | undefined,
): Delivered | undefined {
  return one === undefined || other === undefined ? (one ?? other) : furthest(one, other);
}

/** The one that tells of more. */
export function furthest(one: Delivered, other: Delivered): Delivered {
  if (one.messages !== other.messages) return one.messages > other.messages ? one : other;
  return one.incarnation > other.incarnation ? one : other;
}

/** How far the newest flow had come after one more connection. */
export function deliveredAfter(
  before: Delivered | undefined,
  { delivered }: { readonly delivered?: Delivered },
): Delivered | undefined {
  if (delivered === undefined || before?.incarnation !== delivered.incarnation) return delivered ?? before;
  return joinDelivered(before, delivered);
}

/** What came by one connection: more than the same flow had delivered before it. */
export function deliveredBetween(before: Delivered | undefined, after: Delivered): number {
  return after.messages - (before?.incarnation === after.incarnation ? before.messages : 0);
}

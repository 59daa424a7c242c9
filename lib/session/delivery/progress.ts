import type { Position } from '../position.ts';

/** Where the delivery of one incarnation stands. */
export interface Progress {
  readonly incarnation: string;
  /** The start of the catch-up it belongs to. */
  readonly from: Position;
  /** Everything before it is delivered or dropped with a reason. */
  readonly at: Position;
  /** Dropped because too much was waiting, counted already. */
  readonly skip?: { readonly from: Position; readonly upTo: Position };
  /** It has passed messages that the broker delivers itself, for the sake of filters that it does not. */
  readonly beyondLive?: boolean;
}

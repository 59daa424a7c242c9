import { earlier, isSameMessage, later, messageOf, type Position } from '../position.ts';
import type { Flow } from './flow.ts';

/**
 * Whether the message at this position was sent, or dropped with a reason. A message that was appended twice
 * lies at two positions and is taken with the first of them.
 */
export function isTaken(flow: Flow, position: Position): boolean {
  return isPassed(flow, position) || flow.ahead.some((taken) => isSameMessage(taken, position));
}

function isPassed({ cursor, skip }: Flow, position: Position): boolean {
  if (position < cursor) return true;
  return skip !== undefined && position >= skip.from && position < skip.upTo;
}

/** The same for many positions, of which many may have been taken: each is looked up. */
export class TakenPositions {
  readonly #flow: Flow;
  readonly #messages: Set<string>;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#messages = new Set(flow.ahead.map(messageOf));
  }

  has(position: Position): boolean {
    return isPassed(this.#flow, position) || this.#messages.has(messageOf(position));
  }

  add(position: Position): void {
    this.#messages.add(messageOf(position));
  }
}

/**
 * Enters a position as taken. Enter a copy too that was passed over, since the first one is forgotten when the
 * cursor has passed it.
 */
export function take(flow: Flow, position: Position): Flow {
  if (position < flow.cursor || flow.ahead.includes(position)) return flow;
  const place = flow.ahead.findLastIndex((taken) => taken < position) + 1;
  return { ...flow, ahead: flow.ahead.toSpliced(place, 0, position) };
}

/**
 * Moves the cursor up to a position, never back, and forgets what was taken before it. The position has to be
 * so old that neither a message nor a copy of one can still appear before it.
 */
export function settle(flow: Flow, upTo: Position): Flow {
  const cursor = later(flow.cursor, upTo);
  const { skip, ...rest } = flow;
  const isPassed = skip === undefined || skip.upTo <= cursor;
  return { ...(isPassed ? rest : flow), cursor, ahead: flow.ahead.filter((taken) => taken >= cursor) };
}

/**
 * Gives up everything before a position that is not under way, for an operator. What is under way on a connection
 * is neither lost nor sent again.
 */
export function giveUp(flow: Flow, upTo: Position): Flow {
  return { ...giveWay(flow, { from: flow.cursor, upTo }), answered: flow.answered ?? flow.revision };
}

/** Gives up what lies between two positions, since more waits than may; it is to be counted as dropped. */
export function giveWay(flow: Flow, { from, upTo }: NonNullable<Flow['skip']>): Flow {
  return {
    ...flow,
    skip: { from: earlier(flow.skip?.from ?? from, from), upTo: later(flow.skip?.upTo ?? upTo, upTo) },
  };
}

import type { HistoryEntry } from '#api/schemas/history';

/** A stretch of time in which the client was connected. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Began before the history that was read, so `fromMs` is where the reading begins. */
  readonly isCut: boolean;
  /** Has not ended. */
  readonly isOpen: boolean;
}

/** What stands out on the line: a takeover, the end of a session. */
export interface Mark {
  readonly atMs: number;
  readonly type: 'takenOver' | 'expired' | 'ended';
}

export interface TimeLine {
  readonly fromMs: number;
  readonly toMs: number;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

/** The connections that entries of a history tell of, whatever order these come in. */
export function timeLineOf(entries: readonly HistoryEntry[], nowMs: number): TimeLine | undefined {
  const inOrder = entries.map((entry) => ({ ...entry, atMs: Date.parse(entry.at) }));
  inOrder.sort((first, second) => first.atMs - second.atMs);
  const [first] = inOrder;
  if (first === undefined) return undefined;
  const spans: Span[] = [];
  const marks: Mark[] = [];
  let openSinceMs: number | undefined;
  let isFirst = true;
  const close = (toMs: number) => {
    const fromMs = openSinceMs ?? first.atMs;
    // Without a beginning, only the first end can be of a connection that is older than what was read.
    if (openSinceMs !== undefined || isFirst) {
      spans.push({ fromMs, toMs, isCut: openSinceMs === undefined, isOpen: false });
    }
    openSinceMs = undefined;
    isFirst = false;
  };
  for (const { atMs, type } of inOrder) {
    if (type === 'started' || type === 'resumed' || type === 'takenOver') {
      // One that takes over ends the connection before it, known or not.
      if (openSinceMs !== undefined || type === 'takenOver') close(atMs);
      openSinceMs = atMs;
      isFirst = false;
    } else if (type === 'disconnected') close(atMs);
    if (type === 'takenOver' || type === 'expired' || type === 'ended') marks.push({ atMs, type });
  }
  if (openSinceMs !== undefined) {
    spans.push({ fromMs: openSinceMs, toMs: nowMs, isCut: false, isOpen: true });
  }
  return { fromMs: first.atMs, toMs: Math.max(nowMs, first.atMs + 1), spans, marks };
}

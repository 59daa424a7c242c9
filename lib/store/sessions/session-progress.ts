import type { Progress } from '#session/delivery/progress';
import { LOG_START, type Position } from '#session/position';
import { fullPosition, shortPosition } from '../encoding/positions.ts';
import { type StoredList, trimmed } from '../encoding/stored-list.ts';

/** What null stands for. */
export interface ImpliedProgress {
  /** The session's. */
  readonly incarnation: string;
  readonly from: Position | undefined;
}

/** `[from, at, beyondLive, incarnation, skip from, skip upTo]` */
export function progressToList(progress: Progress, implied: ImpliedProgress): StoredList {
  const { from, at, beyondLive, incarnation, skip, ...forgotten } = progress;
  forgotten satisfies Record<string, never>;
  return trimmed([
    from === implied.from ? null : shortPosition(from),
    shortPosition(at),
    beyondLive ?? null,
    incarnation === implied.incarnation ? null : incarnation,
    ...(skip === undefined ? [] : [shortPosition(skip.from), shortPosition(skip.upTo)]),
  ]);
}

export function progressFromList(list: StoredList, implied: ImpliedProgress): Progress {
  const [from, at, beyondLive, incarnation, skipFrom, skipUpTo] = list as [
    string | null,
    string,
    boolean?,
    string?,
    string?,
    string?,
  ];
  return {
    incarnation: incarnation ?? implied.incarnation,
    from: from === null ? (implied.from ?? LOG_START) : fullPosition(from),
    at: fullPosition(at),
    ...(typeof beyondLive === 'boolean' ? { beyondLive } : {}),
    ...(skipFrom === undefined || skipUpTo === undefined
      ? {}
      : { skip: { from: fullPosition(skipFrom), upTo: fullPosition(skipUpTo) } }),
  };
}

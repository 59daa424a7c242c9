import type { HistoryEntry } from '#api/schemas/history';
import { useNow } from '../parts/use-now.ts';
import { instantText } from '../text/instant.ts';
import { type TimeLine as Line, timeLineOf } from './spans.ts';

const WIDTH = 1_000;
const HEIGHT = 28;

/** When the client was connected: a bar over time. The list below it says the same in words. */
export function TimeLine({ entries }: { entries: readonly HistoryEntry[] }) {
  const nowMs = useNow(10_000);
  const line = timeLineOf(entries, nowMs);
  if (line === undefined) return null;
  return (
    <div class="time-line">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="away" x="0" y="8" width={WIDTH} height="12" />
        {line.spans.map(({ fromMs, toMs, isOpen }) => (
          <rect
            key={fromMs}
            class={isOpen ? 'connected open' : 'connected'}
            x={position(line, fromMs)}
            y="4"
            width={Math.max(2, position(line, toMs) - position(line, fromMs))}
            height="20"
          />
        ))}
        {line.marks.map(({ atMs, type }) => (
          <rect
            key={`${type} ${atMs}`}
            class={`mark mark-${type}`}
            x={Math.min(WIDTH - 3, position(line, atMs))}
            y="0"
            width="3"
            height={HEIGHT}
          />
        ))}
      </svg>
      <p class="time-line-ends">
        <span>{instantText(line.fromMs)}</span>
        <span class="legend-inline">
          <i class="swatch swatch-connected" /> connected <i class="swatch swatch-away" /> away{' '}
          <i class="swatch swatch-takenOver" /> taken over <i class="swatch swatch-ended" /> expired or ended
        </span>
        <span>now</span>
      </p>
    </div>
  );
}

function position({ fromMs, toMs }: Line, atMs: number): number {
  return ((atMs - fromMs) / (toMs - fromMs)) * WIDTH;
}

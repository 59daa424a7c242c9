import type { Progress } from './progress.ts';

/** One line of the table: what, to reach, measured. */
export interface Line {
  readonly what: string;
  /** Empty when the figure is stated only. */
  readonly toReach: string;
  readonly measured: string;
  readonly verdict: 'reached' | 'missed' | 'stated';
  /** How it was measured, how noisy it was, and for a missed one what stands in the way. */
  readonly note?: string;
}

export interface Measured {
  readonly lines: readonly Line[];
  /** Raw numbers by name, for the cost model and for comparing runs. */
  readonly values: Readonly<Record<string, number>>;
  /** Markdown below the table: the lines of which a sum consists. */
  readonly details?: string;
}

export interface Figure {
  /** As in `npm run bench -- --only <name>`. */
  readonly name: string;
  /** What it is about, for the progress line. */
  readonly title: string;
  run(progress: Progress): Promise<Measured>;
}

/** A line with its verdict. */
export function judged(isReached: boolean, line: Omit<Line, 'verdict'>): Line {
  return { ...line, verdict: isReached ? 'reached' : 'missed' };
}

/** A line that no target belongs to. */
export function stated(line: Omit<Line, 'verdict' | 'toReach'>): Line {
  return { ...line, toReach: '', verdict: 'stated' };
}

import { ProblemNotice } from './problem-notice.tsx';
import type { Acting } from './use-act.ts';

/** What the last act came to; the region is always there, so that screen readers hear it change. */
export function OutcomeNotice({ acting }: { acting: Acting }) {
  const { outcome, problem, dismiss } = acting;
  return (
    <>
      <div role="status">
        {outcome !== undefined && (
          <p class="notice notice-done">
            {outcome}
            <button type="button" class="button button-small" onClick={dismiss}>
              Dismiss
            </button>
          </p>
        )}
      </div>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </>
  );
}

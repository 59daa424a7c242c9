import type { Problem } from '../api/problem.ts';
import { remedyFor } from '../api/remedy.ts';
import { visible } from '../text/visible.ts';

/** What went wrong, in the words of the API, and what can be done. */
export function ProblemNotice({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { title, message, code, errors } = problem;
  return (
    <div class="notice notice-problem" role="alert">
      <p class="notice-title">{title}</p>
      {message !== title && <p>{visible(message)}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ field, message: text }) => (
            <li key={`${field} ${text}`}>{visible(field === '' ? text : `${field}: ${text}`)}</li>
          ))}
        </ul>
      )}
      <p>{remedyFor(problem)}</p>
      <p class="notice-foot">
        <code>{code}</code>
        {retry !== undefined && (
          <button type="button" class="button button-small" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

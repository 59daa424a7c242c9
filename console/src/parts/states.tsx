import type { ComponentChildren } from 'preact';
import { ProblemNotice } from './problem-notice.tsx';
import type { Requested } from './use-request.ts';

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what} …
    </p>
  );
}

/** Nothing to show, and why that may be so. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

interface LoadedProps<Data> {
  readonly request: Requested<Data>;
  readonly what: string;
  readonly children: (data: Data) => ComponentChildren;
}

/** Loading, failed or there. Old data stays in view below the problem of a later request. */
export function Loaded<Data>({ request, what, children }: LoadedProps<Data>) {
  const { data, problem, reload } = request;
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading what={what} />}
      {data !== undefined && children(data)}
    </>
  );
}

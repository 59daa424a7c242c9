import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../api/problem.ts';

export interface Requested<Data> {
  /** Of the last request that succeeded. */
  readonly data: Data | undefined;
  /** Of the last request, if it failed; `data` may then be old. */
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  /** When the data came, in milliseconds since the epoch. */
  readonly loadedAtMs: number | undefined;
  /** The same of the last answer, whether it was data or a problem. */
  readonly answeredAtMs: number | undefined;
  readonly reload: () => void;
  /** As `reload`, unless an answer is still awaited: one that is slow must not be given up again and again. */
  readonly poll: () => void;
}

type State<Data> = Omit<Requested<Data>, 'reload' | 'poll'>;

const EMPTY = {
  data: undefined,
  problem: undefined,
  loading: true,
  loadedAtMs: undefined,
  answeredAtMs: undefined,
} as const;

/**
 * Asks when the component appears, when `key` changes (what came for another key is forgotten) and on `reload`.
 * A request that is overtaken is aborted, so that an old answer never replaces a newer one.
 */
export function useRequest<Data>(load: (signal: AbortSignal) => Promise<Data>, key: string): Requested<Data> {
  const [state, setState] = useState<State<Data>>(EMPTY);
  const running = useRef<AbortController>(undefined);
  const latest = useRef(load);
  latest.current = load;

  const ask = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({ ...before, loading: true }));
    latest.current(controller.signal).then(
      (data) => {
        if (controller.signal.aborted) return;
        const nowMs = Date.now();
        setState({ data, problem: undefined, loading: false, loadedAtMs: nowMs, answeredAtMs: nowMs });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const problem = asProblem(error);
        setState((before) => ({ ...before, problem, loading: false, answeredAtMs: Date.now() }));
      },
    );
  }, []);

  // The key says what is asked for; it is why this runs again.
  useEffect(() => {
    setState(EMPTY);
    ask();
    return () => running.current?.abort();
  }, [ask, key]);

  const poll = () => {
    if (!state.loading) ask();
  };
  return { ...state, reload: ask, poll };
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../api/problem.ts';

export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}

export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  /** There may be more behind the last page. */
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly restart: () => void;
}

interface State<Item> {
  readonly items: readonly Item[];
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly cursor: string | undefined;
}

/** A page may hold nothing and still have a successor; so many of them in a row are followed unasked. */
const EMPTY_PAGES_FOLLOWED = 20;

/** A list that is read page by page, from its beginning whenever `key` changes. */
export function usePages<Item>(
  loadPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>,
  key: string,
): Pages<Item> {
  const [state, setState] = useState<State<Item>>(empty);
  const running = useRef<AbortController>(undefined);
  const latest = useRef(loadPage);
  latest.current = loadPage;

  const follow = useCallback((from: string | undefined, before: readonly Item[]) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState((state) => ({ ...state, problem: undefined, loading: true }));
    const { signal } = controller;
    firstPageWithItems(latest.current, from, signal).then(
      ({ items, nextCursor }) => {
        if (signal.aborted) return;
        setState({ items: [...before, ...items], problem: undefined, loading: false, cursor: nextCursor });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        setState((state) => ({ ...state, problem: asProblem(error), loading: false }));
      },
    );
  }, []);

  const restart = useCallback(() => {
    setState(empty());
    follow(undefined, []);
  }, [follow]);

  // The key says what is asked for; it is why this runs again.
  useEffect(() => {
    restart();
    return () => running.current?.abort();
  }, [restart, key]);

  const { items, problem, loading, cursor } = state;
  const more = () => follow(cursor, items);
  return { items, problem, loading, hasMore: cursor !== undefined, more, restart };
}

function empty<Item>(): State<Item> {
  return { items: [], problem: undefined, loading: true, cursor: undefined };
}

async function firstPageWithItems<Item>(
  loadPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>,
  from: string | undefined,
  signal: AbortSignal,
): Promise<ListPage<Item>> {
  let page = await loadPage(from, signal);
  for (let followed = 0; followed < EMPTY_PAGES_FOLLOWED; followed += 1) {
    if (page.items.length > 0 || page.nextCursor === undefined) break;
    page = await loadPage(page.nextCursor, signal);
  }
  return page;
}

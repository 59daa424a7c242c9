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
  /** Reads the first page anew and keeps what is behind it; nothing disappears meanwhile. */
  readonly refresh: (isBehind: (item: Item, last: Item) => boolean) => void;
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

  const refresh = (isBehind: (item: Item, last: Item) => boolean) => {
    if (state.loading) return;
    const controller = new AbortController();
    running.current = controller;
    latest.current(undefined, controller.signal).then(
      (page) => {
        if (!controller.signal.aborted) setState((before) => refreshed(before, page, isBehind));
      },
      // What is shown stays; the next refresh may succeed.
      () => {},
    );
  };

  // The key says what is asked for; it is why this runs again.
  useEffect(() => {
    restart();
    return () => running.current?.abort();
  }, [restart, key]);

  const { items, problem, loading, cursor } = state;
  const more = () => follow(cursor, items);
  return { items, problem, loading, hasMore: cursor !== undefined, more, restart, refresh };
}

function empty<Item>(): State<Item> {
  return { items: [], problem: undefined, loading: true, cursor: undefined };
}

function refreshed<Item>(
  { items, cursor }: State<Item>,
  page: ListPage<Item>,
  isBehind: (item: Item, last: Item) => boolean,
): State<Item> {
  const last = page.items.at(-1);
  const kept =
    last === undefined || page.nextCursor === undefined ? [] : items.filter((item) => isBehind(item, last));
  return {
    items: [...page.items, ...kept],
    problem: undefined,
    loading: false,
    cursor: kept.length === 0 ? page.nextCursor : cursor,
  };
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

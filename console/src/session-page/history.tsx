import { useEffect, useRef } from 'preact/hooks';
import type { HistoryEntry } from '#api/schemas/history';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Empty, Loading } from '../parts/states.tsx';
import { usePages } from '../parts/use-pages.ts';
import { instantText } from '../text/instant.ts';
import { visible } from '../text/visible.ts';
import { entryDetails, entryTitle } from './entry-text.ts';
import { TimeLine } from './time-line.tsx';

interface HistoryProps {
  readonly clientId: string;
  /** The newest entries are read anew when this changes. */
  readonly readAt: number | undefined;
}

/** What happened, newest first. */
export function History({ clientId, readAt }: HistoryProps) {
  const api = useApi();
  const pages = usePages(async (cursor, signal) => {
    const { entries, nextCursor } = await api.history(clientId, cursor, signal);
    return { items: entries, nextCursor };
  }, clientId);
  useRefresh(() => pages.refresh(({ at }, last) => at < last.at), readAt);
  const { items, problem, loading, hasMore, more } = pages;
  return (
    <Card title="History" class="history">
      {items.length > 0 && <TimeLine entries={items} />}
      {loading && items.length === 0 && <Loading what="the history" />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={more} />}
      {!loading && problem === undefined && items.length === 0 && (
        <Empty title="No history">Nothing was recorded in the time that the history is kept for.</Empty>
      )}
      {items.length > 0 && (
        <ol class="entries">
          {items.map((entry) => (
            <Entry key={`${entry.at} ${entry.type} ${entryDetails(entry)}`} entry={entry} />
          ))}
        </ol>
      )}
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          {loading ? 'Loading …' : 'Older entries'}
        </button>
      )}
    </Card>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  return (
    <li class={`entry entry-${entry.type}`}>
      <time dateTime={entry.at}>{instantText(entry.at)}</time>
      <span class="entry-title">{visible(entryTitle(entry))}</span>
      <span class="quiet">{visible(entryDetails(entry))}</span>
    </li>
  );
}

/** Not at the first drawing: the list reads itself then. */
function useRefresh(refresh: () => void, readAt: number | undefined): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  const before = useRef(readAt);
  useEffect(() => {
    if (before.current !== undefined && before.current !== readAt) latest.current();
    before.current = readAt;
  }, [readAt]);
}

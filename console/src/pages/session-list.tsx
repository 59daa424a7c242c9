import type { SessionSummary } from '#api/schemas/session';
import { useApi } from '../api/context.ts';
import type { Column } from '../parts/data-table.tsx';
import { SessionLink } from '../parts/identifier.tsx';
import { Instant } from '../parts/instant.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PagedTable } from '../parts/paged-table.tsx';
import { Empty } from '../parts/states.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { usePages } from '../parts/use-pages.ts';
import { href } from '../route.ts';
import { countText } from '../text/quantity.ts';
import { SessionSearchForm, searchOf } from './session-search.tsx';

const COLUMNS: readonly Column<SessionSummary>[] = [
  { name: 'Client identifier', cell: ({ clientId }) => <SessionLink clientId={clientId} /> },
  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { name: 'Since', cell: sinceCell },
  { name: 'Expires', cell: ({ expiresAt }) => (expiresAt ? <Instant at={expiresAt} /> : '–') },
  { name: 'Delivered', isNumber: true, cell: ({ delivered }) => countText(delivered) },
  { name: 'Dropped', isNumber: true, cell: ({ dropped }) => countText(dropped) },
];

export function SessionList({ query }: { query: URLSearchParams }) {
  const api = useApi();
  const search = searchOf(query);
  const pages = usePages(async (cursor, signal) => {
    const { sessions, nextCursor } = await api.sessions(search, cursor, signal);
    return { items: sessions, nextCursor };
  }, query.toString());
  return (
    <>
      <PageHead title="Sessions" lead="Every client identifier that the service keeps a session for.">
        <a class="button" href={href('make-session')}>
          Make a session
        </a>
      </PageHead>
      <SessionSearchForm key={query.toString()} search={search} />
      <PagedTable
        pages={pages}
        what="sessions"
        columns={COLUMNS}
        keyOf={({ clientId }) => clientId}
        empty={
          query.size === 0 ? (
            <Empty title="No sessions yet">
              One appears when a device connects that a policy makes durable, or when you make one.
            </Empty>
          ) : (
            <Empty title="No session matches">Widen the search, or clear it to see all.</Empty>
          )
        }
      />
    </>
  );
}

function sinceCell({ status, connectedAt, disconnectedAt }: SessionSummary) {
  const since = status === 'connected' ? connectedAt : disconnectedAt;
  return since === undefined ? 'not connected yet' : <Instant at={since} />;
}

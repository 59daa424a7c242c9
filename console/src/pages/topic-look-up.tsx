import type { SubscriberList } from '#api/schemas/topic';
import { useApi } from '../api/context.ts';
import type { Column } from '../parts/data-table.tsx';
import { Identifier, SessionLink } from '../parts/identifier.tsx';
import { OneFieldSearch } from '../parts/one-field-search.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PagedTable } from '../parts/paged-table.tsx';
import { Empty } from '../parts/states.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { usePages } from '../parts/use-pages.ts';
import { href } from '../route.ts';

type Subscriber = SubscriberList['subscribers'][number];

const COLUMNS: readonly Column<Subscriber>[] = [
  { name: 'Client identifier', cell: ({ clientId }) => <SessionLink clientId={clientId} /> },
  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { name: 'Through filter', cell: ({ filter }) => <Identifier text={filter} /> },
  { name: 'Share', cell: ({ shareName }) => (shareName ? <Identifier text={shareName} /> : '–') },
  { name: 'QoS', isNumber: true, cell: ({ qos }) => qos ?? '–' },
];

/** Who would get a message that is published now. */
export function TopicLookUp({ query }: { query: URLSearchParams }) {
  const topic = query.get('topic') ?? '';
  return (
    <>
      <PageHead title="Topic look-up" lead="Who would get a message on this topic, connected or away." />
      <OneFieldSearch
        key={topic}
        label="Topic"
        hint="without wildcards"
        value={topic}
        isRequired
        verb="Look up"
        onSearch={(text) => {
          location.hash = href('topics', { topic: text });
        }}
      />
      {topic === '' ? (
        <Empty title="No topic yet">Give the topic of a message to see who is subscribed to it.</Empty>
      ) : (
        <Subscribers topic={topic} />
      )}
    </>
  );
}

function Subscribers({ topic }: { topic: string }) {
  const api = useApi();
  const pages = usePages(async (cursor, signal) => {
    const { subscribers, nextCursor } = await api.subscribers(topic, cursor, signal);
    return { items: subscribers, nextCursor };
  }, topic);
  return (
    <PagedTable
      pages={pages}
      what="subscribers"
      columns={COLUMNS}
      keyOf={({ clientId, filter, shareName }) => JSON.stringify([clientId, filter, shareName])}
      empty={
        <Empty title="Nobody would get it">
          No session has a subscription that matches this topic. Upper and lower case differ in topics.
        </Empty>
      }
    />
  );
}

import type { FilterList as Filters } from '#api/schemas/topic';
import { useApi } from '../api/context.ts';
import type { Column } from '../parts/data-table.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { OneFieldSearch } from '../parts/one-field-search.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { PagedTable } from '../parts/paged-table.tsx';
import { Empty } from '../parts/states.tsx';
import { usePages } from '../parts/use-pages.ts';
import { href } from '../route.ts';
import { durationText, NEVER_SECONDS } from '../text/duration.ts';
import { countText, rateText } from '../text/quantity.ts';

type Filter = Filters['filters'][number];

const COLUMNS: readonly Column<Filter>[] = [
  { name: 'Filter', cell: ({ filter }) => <Identifier text={filter} /> },
  {
    name: 'Subscribers',
    isNumber: true,
    cell: ({ subscribers: { count, atLeast } }) => `${countText(count)}${atLeast ? '+' : ''}`,
  },
  { name: 'Messages an hour', isNumber: true, cell: ({ messagesPerHour }) => rateText(messagesPerHour) },
  {
    name: 'Kept for',
    isNumber: true,
    cell: ({ retainSeconds }) =>
      retainSeconds >= NEVER_SECONDS ? 'as long as there are subscribers' : durationText(retainSeconds),
  },
];

/** The filters for which messages are logged, with what they bring. */
export function FilterList({ query }: { query: URLSearchParams }) {
  const api = useApi();
  const prefix = query.get('prefix') ?? '';
  const pages = usePages(async (cursor, signal) => {
    const { filters, nextCursor } = await api.filters(prefix, cursor, signal);
    return { items: filters, nextCursor };
  }, prefix);
  return (
    <>
      <PageHead
        title="Filters"
        lead="Durable filters: messages that match one are kept for its subscribers."
      />
      <OneFieldSearch
        key={prefix}
        label="Begins with"
        value={prefix}
        verb="Search"
        onSearch={(text) => {
          location.hash = href('filters', { prefix: text });
        }}
      />
      <PagedTable
        pages={pages}
        what="filters"
        columns={COLUMNS}
        keyOf={({ filter }) => filter}
        empty={
          prefix === '' ? (
            <Empty title="No durable filters yet">One appears when a durable client subscribes.</Empty>
          ) : (
            <Empty title="No filter begins so">Upper and lower case differ in filters.</Empty>
          )
        }
      />
    </>
  );
}

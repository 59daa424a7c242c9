import type { ComponentChildren } from 'preact';
import { type Column, DataTable } from './data-table.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { Loading } from './states.tsx';
import type { Pages } from './use-pages.ts';

interface PagedTableProps<Row> {
  readonly pages: Pages<Row>;
  /** What the rows are, in the plural. */
  readonly what: string;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly empty: ComponentChildren;
}

/** Rows that come page by page, and a button for the next page. */
export function PagedTable<Row>({ pages, what, columns, keyOf, empty }: PagedTableProps<Row>) {
  const { items, problem, loading, hasMore, more, restart } = pages;
  const isEmpty = items.length === 0 && !loading && problem === undefined;
  return (
    <div class="paged" aria-busy={loading}>
      {items.length > 0 && <DataTable caption={what} columns={columns} rows={items} keyOf={keyOf} />}
      {loading && items.length === 0 && <Loading what={what} />}
      {problem !== undefined && (
        <ProblemNotice problem={problem} retry={problem.code === 'cursor.invalid' ? restart : more} />
      )}
      {isEmpty && !hasMore && empty}
      {isEmpty && hasMore && <p class="quiet">None among those looked at so far.</p>}
      <p class="paged-foot">
        <span role="status" class="quiet">
          {items.length > 0 && `${items.length} shown${hasMore ? ', there are more' : ''}`}
        </span>
        {hasMore && problem === undefined && (
          <button type="button" class="button" disabled={loading} onClick={more}>
            {loading ? 'Loading …' : `More ${what}`}
          </button>
        )}
      </p>
    </div>
  );
}

import type { SessionSearch } from '../api/api.ts';
import { Field } from '../parts/field.tsx';
import { href } from '../route.ts';
import { fromLocalInput, toLocalInput } from '../text/instant.ts';

/** The search that an address holds, so that it can be kept and sent to others. */
export function searchOf(query: URLSearchParams): SessionSearch {
  return {
    status: query.get('status') ?? undefined,
    prefix: query.get('prefix') ?? undefined,
    expiresBefore: query.get('expiresBefore') ?? undefined,
    disconnectedBefore: query.get('disconnectedBefore') ?? undefined,
  };
}

export function SessionSearchForm({ search }: { search: SessionSearch }) {
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? '');
    location.hash = href('sessions', {
      prefix: field('prefix'),
      status: field('status'),
      expiresBefore: fromLocalInput(field('expiresBefore')),
      disconnectedBefore: fromLocalInput(field('disconnectedBefore')),
    });
  };
  return (
    <search>
      <form class="search" onSubmit={onSubmit}>
        <Field label="Begins with">
          {(control) => (
            <input {...control} name="prefix" defaultValue={search.prefix ?? ''} spellcheck={false} />
          )}
        </Field>
        <Field label="Status">
          {(control) => (
            <select {...control} name="status" defaultValue={search.status ?? ''}>
              <option value="">any</option>
              <option value="connected">connected</option>
              <option value="disconnected">away</option>
            </select>
          )}
        </Field>
        <Field label="Expires before">
          {(control) => (
            <input
              {...control}
              name="expiresBefore"
              type="datetime-local"
              defaultValue={toLocalInput(search.expiresBefore)}
            />
          )}
        </Field>
        <Field label="Away since before">
          {(control) => (
            <input
              {...control}
              name="disconnectedBefore"
              type="datetime-local"
              defaultValue={toLocalInput(search.disconnectedBefore)}
            />
          )}
        </Field>
        <div class="search-foot">
          <button type="submit" class="button button-primary">
            Search
          </button>
          <a class="button" href={href('sessions')}>
            Clear
          </a>
        </div>
      </form>
    </search>
  );
}

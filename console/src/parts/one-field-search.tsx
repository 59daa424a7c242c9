import { Field } from './field.tsx';

interface OneFieldSearchProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly isRequired?: boolean;
  readonly verb: string;
  readonly onSearch: (text: string) => void;
}

export function OneFieldSearch(props: OneFieldSearchProps) {
  const { label, hint, value, isRequired = false, verb, onSearch } = props;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    onSearch(String(new FormData(event.currentTarget).get('text') ?? ''));
  };
  return (
    <search>
      <form class="search" onSubmit={onSubmit}>
        <Field label={label} {...(hint !== undefined && { hint })}>
          {(control) => (
            <input
              {...control}
              class="wide"
              name="text"
              required={isRequired}
              defaultValue={value}
              spellcheck={false}
              autocapitalize="none"
            />
          )}
        </Field>
        <div class="search-foot">
          <button type="submit" class="button button-primary">
            {verb}
          </button>
        </div>
      </form>
    </search>
  );
}

import { useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { IntervalField } from '../parts/interval-field.tsx';

export interface EndIdleRequest {
  /** Pattern of client identifiers. */
  readonly clients: string;
  readonly idleSeconds: number;
}

const WEEK_SECONDS = 7 * 86_400;

export function EndIdleForm({ onPreview }: { onPreview: (request: EndIdleRequest) => void }) {
  const [clients, setClients] = useState('*');
  const [idleSeconds, setIdleSeconds] = useState(WEEK_SECONDS);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    onPreview({ clients, idleSeconds });
  };
  return (
    <form class="search" onSubmit={onSubmit}>
      <Field label="Client identifiers" hint="* stands for any characters">
        {(control) => (
          <input
            {...control}
            required
            value={clients}
            spellcheck={false}
            onInput={(event) => setClients(event.currentTarget.value)}
          />
        )}
      </Field>
      <IntervalField label="Away for longer than" seconds={idleSeconds} onChange={setIdleSeconds} />
      <div class="search-foot">
        <button type="submit" class="button button-primary" disabled={Number.isNaN(idleSeconds)}>
          Preview
        </button>
      </div>
    </form>
  );
}

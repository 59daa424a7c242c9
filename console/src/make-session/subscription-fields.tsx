import { Field } from '../parts/field.tsx';
import type { FieldErrors, QoS, SubscriptionDraft } from './draft.ts';

interface SubscriptionFieldsProps {
  readonly draft: SubscriptionDraft;
  readonly index: number;
  readonly errors: FieldErrors;
  readonly onChange: (draft: SubscriptionDraft) => void;
  readonly onRemove: () => void;
}

/** One subscription of a session that is to be made, with the options that MQTT 5 knows. */
export function SubscriptionFields({ draft, index, errors, onChange, onRemove }: SubscriptionFieldsProps) {
  const errorOf = (name: keyof SubscriptionDraft) => errors.get(`/subscriptions/${index}/${name}`);
  const change = (changes: Partial<SubscriptionDraft>) => onChange({ ...draft, ...changes });
  return (
    <fieldset class="subscription">
      <legend>Subscription {index + 1}</legend>
      <div class="search">
        <Field label="Filter" error={errorOf('filter')}>
          {(control) => (
            <input
              {...control}
              class="wide"
              required
              value={draft.filter}
              spellcheck={false}
              autocapitalize="none"
              onInput={(event) => change({ filter: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="QoS" error={errorOf('qos')}>
          {(control) => (
            <select
              {...control}
              value={draft.qos}
              onChange={(event) => change({ qos: Number(event.currentTarget.value) as QoS })}
            >
              <option value={0}>0</option>
              <option value={1}>1</option>
              <option value={2}>2</option>
            </select>
          )}
        </Field>
        <Field
          label="Subscription Identifier"
          hint="optional, MQTT 5"
          error={errorOf('subscriptionIdentifier')}
        >
          {(control) => (
            <input
              {...control}
              type="number"
              min="1"
              max="268435455"
              step="1"
              value={draft.subscriptionIdentifier}
              onInput={(event) => change({ subscriptionIdentifier: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <div class="subscription-foot">
        <label class="switch">
          <input
            type="checkbox"
            checked={draft.noLocal}
            onChange={(event) => change({ noLocal: event.currentTarget.checked })}
          />
          No Local
        </label>
        <label class="switch">
          <input
            type="checkbox"
            checked={draft.retainAsPublished}
            onChange={(event) => change({ retainAsPublished: event.currentTarget.checked })}
          />
          Retain As Published
        </label>
        <button type="button" class="button button-small" onClick={onRemove}>
          Remove<span class="unseen"> subscription {index + 1}</span>
        </button>
      </div>
    </fieldset>
  );
}

import type { ComponentChildren } from 'preact';
import { Field } from '../parts/field.tsx';
import type { QoS, SubscriptionDraft } from './draft.ts';

interface SubscriptionFieldsProps {
  readonly draft: SubscriptionDraft;
  readonly legend: string;
  /** What was refused of a field. */
  readonly errorOf: (name: keyof SubscriptionDraft) => string | undefined;
  readonly onChange: (draft: SubscriptionDraft) => void;
  /** Behind the options. */
  readonly children?: ComponentChildren;
}

/** One subscription that is to be made, with the options that MQTT 5 knows. */
export function SubscriptionFields({ draft, legend, errorOf, onChange, children }: SubscriptionFieldsProps) {
  const change = (changes: Partial<SubscriptionDraft>) => onChange({ ...draft, ...changes });
  return (
    <fieldset class="subscription">
      <legend>{legend}</legend>
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
        {children}
      </div>
    </fieldset>
  );
}

import { useLayoutEffect, useRef } from 'preact/hooks';
import { Card } from '../parts/card.tsx';
import { Field } from '../parts/field.tsx';
import { focusOn } from '../parts/focus-on.ts';
import { IntervalField } from '../parts/interval-field.tsx';
import { Empty } from '../parts/states.tsx';
import { emptySubscription, type FieldErrors, MOST_SUBSCRIPTIONS, type SessionDraft } from './draft.ts';
import { SubscriptionFields } from './subscription-fields.tsx';

interface SessionFormProps {
  readonly draft: SessionDraft;
  readonly errors: FieldErrors;
  readonly busy: boolean;
  readonly onChange: (draft: SessionDraft) => void;
  readonly onSubmit: () => void;
}

/** What the session is to be. */
export function SessionForm({ draft, errors, busy, onChange, onSubmit }: SessionFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { subscriptions } = draft;
  const change = (changes: Partial<SessionDraft>) => onChange({ ...draft, ...changes });
  const grown = useRef(subscriptions.length);

  // What was refused, or was added, is where the operator goes on.
  useLayoutEffect(() => {
    if (errors.size > 0) focusOn(form.current?.querySelector('[aria-invalid]'));
  }, [errors]);
  useLayoutEffect(() => {
    const isMore = subscriptions.length > grown.current;
    grown.current = subscriptions.length;
    if (isMore) focusOn(form.current?.querySelector('.subscription:last-of-type input'));
  }, [subscriptions.length]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) onSubmit();
  };
  const remove = (key: number) => {
    change({ subscriptions: subscriptions.filter((each) => each.key !== key) });
    // Its button is gone; the one below the list is always there.
    focusOn(form.current?.querySelector('.add'));
  };
  return (
    <form ref={form} class="make-session" onSubmit={submit}>
      <Card title="Session">
        <div class="search">
          <Field label="Client identifier" hint="as the device will say it" error={errors.get('clientId')}>
            {(control) => (
              <input
                {...control}
                class="wide"
                required
                value={draft.clientId}
                spellcheck={false}
                autocapitalize="none"
                onInput={(event) => change({ clientId: event.currentTarget.value })}
              />
            )}
          </Field>
          <IntervalField
            label="Session Expiry Interval"
            seconds={draft.sessionExpiryInterval}
            allowsNever
            error={errors.get('/sessionExpiryInterval')}
            onChange={(sessionExpiryInterval) => change({ sessionExpiryInterval })}
          />
        </div>
      </Card>
      <Card title="Subscriptions">
        {subscriptions.length === 0 && (
          <Empty title="No subscriptions">Nothing is kept for this client until it subscribes.</Empty>
        )}
        {subscriptions.map((each, index) => (
          <SubscriptionFields
            key={each.key}
            draft={each}
            legend={`Subscription ${index + 1}`}
            errorOf={(name) => errors.get(`/subscriptions/${index}/${name}`)}
            onChange={(next) =>
              change({ subscriptions: subscriptions.map((other) => (other === each ? next : other)) })
            }
          >
            <button type="button" class="button button-small" onClick={() => remove(each.key)}>
              Remove<span class="unseen"> subscription {index + 1}</span>
            </button>
          </SubscriptionFields>
        ))}
        <button
          type="button"
          class="button add"
          disabled={subscriptions.length >= MOST_SUBSCRIPTIONS}
          onClick={() => change({ subscriptions: [...subscriptions, emptySubscription(subscriptions)] })}
        >
          Add a subscription
        </button>
      </Card>
      <button type="submit" class="button button-primary" disabled={busy}>
        {busy ? 'Working …' : 'Make session …'}
      </button>
    </form>
  );
}

import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '#api/schemas/session';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { focusOn } from '../parts/focus-on.ts';
import { Identifier } from '../parts/identifier.tsx';
import { Instant } from '../parts/instant.tsx';
import { OutcomeNotice } from '../parts/outcome-notice.tsx';
import { Empty } from '../parts/states.tsx';
import { useAct } from '../parts/use-act.ts';
import { visible } from '../text/visible.ts';
import { SubscribeDialog } from './subscribe-dialog.tsx';
import { canUnsubscribe, isOfBroker, ONLY_THE_DEVICE, subscribe, unsubscribe } from './subscription-acts.ts';
import { UnsubscribeDialog } from './unsubscribe-dialog.tsx';

type Subscription = Session['subscriptions'][number];

const COLUMNS: readonly Column<Subscription>[] = [
  { name: 'Filter', cell: ({ filter }) => <Identifier text={filter} /> },
  { name: 'QoS', isNumber: true, cell: ({ qos }) => qos ?? 'unknown' },
  { name: 'Options', cell: optionsText },
  {
    name: 'Identifier',
    isNumber: true,
    cell: ({ subscriptionIdentifier }) => subscriptionIdentifier ?? '–',
  },
  { name: 'Subscribed', cell: ({ subscribedAt }) => <Instant at={subscribedAt} /> },
];

interface SubscriptionsProps {
  readonly session: Session;
  readonly onChanged: () => void;
}

/** What a session is subscribed to, one act at a time to change it. */
export function Subscriptions({ session, onChanged }: SubscriptionsProps) {
  const api = useApi();
  const acting = useAct();
  const reasonId = useId();
  const card = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<'subscribe' | Subscription>();
  const { clientId, subscriptions } = session;
  const ofBroker = isOfBroker(session);

  // The row in which the focus was may be gone.
  const shown = useRef(subscriptions.length);
  useLayoutEffect(() => {
    const isLess = subscriptions.length < shown.current;
    shown.current = subscriptions.length;
    if (isLess && document.activeElement === document.body)
      focusOn(card.current?.querySelector('.button:enabled'));
  }, [subscriptions.length]);

  const ask = (next: 'subscribe' | Subscription | undefined) => {
    acting.dismiss();
    setAsked(next);
  };
  const run = async (act: () => Promise<string>) => {
    if (await acting.run(act)) setAsked(undefined);
    onChanged();
  };
  const change: Column<Subscription> = {
    name: 'Change',
    cell: (subscription) => (
      <button
        type="button"
        class="button button-small"
        disabled={!canUnsubscribe(session, subscription)}
        aria-describedby={canUnsubscribe(session, subscription) ? undefined : reasonId}
        onClick={() => ask(subscription)}
      >
        Unsubscribe …<span class="unseen"> {visible(subscription.filter)}</span>
      </button>
    ),
  };
  return (
    <Card title="Subscriptions" aside={<span class="quiet number">{subscriptions.length}</span>}>
      <div ref={card} class="plain">
        {subscriptions.length === 0 ? (
          <Empty title="No subscriptions">Nothing is kept for this client until it subscribes.</Empty>
        ) : (
          <DataTable
            caption="Subscriptions"
            columns={[...COLUMNS, change]}
            rows={subscriptions}
            keyOf={({ filter }) => filter}
          />
        )}
        <div class="buttons">
          <button
            type="button"
            class="button"
            disabled={ofBroker}
            aria-describedby={ofBroker ? reasonId : undefined}
            onClick={() => ask('subscribe')}
          >
            Subscribe …
          </button>
        </div>
        {ofBroker && (
          <p id={reasonId} class="quiet">
            {ONLY_THE_DEVICE}
          </p>
        )}
        {asked === undefined && <OutcomeNotice acting={acting} />}
      </div>
      {asked === 'subscribe' && (
        <SubscribeDialog
          clientId={clientId}
          acting={acting}
          onConfirm={(draft) => void run(() => subscribe(api, clientId, draft))}
          onClose={() => ask(undefined)}
        />
      )}
      {asked !== undefined && asked !== 'subscribe' && (
        <UnsubscribeDialog
          session={session}
          subscription={asked}
          acting={acting}
          onConfirm={() => void run(() => unsubscribe(api, clientId, asked.filter))}
          onClose={() => ask(undefined)}
        />
      )}
    </Card>
  );
}

/** In the words of MQTT 5; what is as by default is not said. */
function optionsText({ noLocal, retainAsPublished, byOperator }: Subscription): string {
  const options = [
    noLocal && 'no local',
    retainAsPublished && 'retain as published',
    byOperator && 'by an operator',
  ];
  return options.filter(Boolean).join(', ') || '–';
}

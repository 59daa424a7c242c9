import type { Session } from '#api/schemas/session';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { Instant } from '../parts/instant.tsx';
import { Empty } from '../parts/states.tsx';

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

export function Subscriptions({ subscriptions }: { subscriptions: readonly Subscription[] }) {
  return (
    <Card title="Subscriptions" aside={<span class="quiet number">{subscriptions.length}</span>}>
      {subscriptions.length === 0 ? (
        <Empty title="No subscriptions">Nothing is kept for this client until it subscribes.</Empty>
      ) : (
        <DataTable
          caption="Subscriptions"
          columns={COLUMNS}
          rows={subscriptions}
          keyOf={({ filter }) => filter}
        />
      )}
    </Card>
  );
}

/** In the words of MQTT 5; what is as by default is not said. */
function optionsText({ noLocal, retainAsPublished }: Subscription): string {
  const options = [noLocal && 'no local', retainAsPublished && 'retain as published'];
  return options.filter(Boolean).join(', ') || '–';
}

import { useState } from 'preact/hooks';
import type { WaitingMessage } from '#api/schemas/message';
import type { Session } from '#api/schemas/session';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import type { Column } from '../parts/data-table.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { Instant } from '../parts/instant.tsx';
import { PagedTable } from '../parts/paged-table.tsx';
import { Empty } from '../parts/states.tsx';
import { usePages } from '../parts/use-pages.ts';
import { durationText } from '../text/duration.ts';
import { bytesText } from '../text/quantity.ts';
import { nothingWaitingText } from './nothing-waiting.ts';
import { Payload } from './payload.tsx';

const PAGE_SIZE = 20;

const COLUMNS: readonly Column<WaitingMessage>[] = [
  { name: 'Topic', cell: ({ topic }) => <Identifier text={topic} /> },
  { name: 'Through filter', cell: ({ filter }) => <Identifier text={filter} /> },
  { name: 'QoS', isNumber: true, cell: ({ qos }) => qos },
  { name: 'Size', isNumber: true, cell: ({ bytes }) => bytesText(bytes) },
  { name: 'Age', isNumber: true, cell: ({ ageSeconds }) => durationText(ageSeconds) },
  { name: 'Expires', cell: ({ expiresAt }) => (expiresAt ? <Instant at={expiresAt} /> : '–') },
];

const PAYLOAD_COLUMN: Column<WaitingMessage> = {
  name: 'Payload',
  cell: ({ payload, contentType }) =>
    payload === undefined ? '–' : <Payload base64={payload} contentType={contentType} />,
};

/** Looking takes nothing away; payloads are asked for only when wanted. */
export function WaitingMessages({ session }: { session: Session }) {
  const { clientId, waiting } = session;
  const api = useApi();
  const [withPayload, setWithPayload] = useState(false);
  const pages = usePages(
    async (cursor, signal) => {
      const options = { payload: withPayload, limit: PAGE_SIZE };
      const { messages, nextCursor } = await api.messages(clientId, options, cursor, signal);
      return { items: messages, nextCursor };
    },
    JSON.stringify([clientId, withPayload, waiting.messages, waiting.bytes]),
  );
  return (
    <Card
      title="Waiting messages"
      aside={
        <label class="switch">
          <input
            type="checkbox"
            checked={withPayload}
            onChange={(event) => setWithPayload(event.currentTarget.checked)}
          />
          Show payloads
        </label>
      }
    >
      {waiting.heldByBroker && (
        <p class="quiet">
          The broker's own session still stands: it delivers these, if the client returns in time.
        </p>
      )}
      <PagedTable
        pages={pages}
        what="waiting messages"
        columns={withPayload ? [...COLUMNS, PAYLOAD_COLUMN] : COLUMNS}
        keyOf={({ messageId, filter }) => JSON.stringify([messageId, filter])}
        empty={<Empty title="Nothing is waiting">{nothingWaitingText(session)}</Empty>}
      />
    </Card>
  );
}

import type { Operation } from '#api/schemas/act';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import { Facts } from '../parts/facts.tsx';
import { Instant } from '../parts/instant.tsx';
import { Loaded } from '../parts/states.tsx';
import { useInterval } from '../parts/use-interval.ts';
import { useRequest } from '../parts/use-request.ts';
import { counted, countText } from '../text/quantity.ts';

const POLL_MS = 1_000;

/** How far the operation is; it goes on whether or not this page is open. */
export function EndIdleProgress({ operationId }: { operationId: string }) {
  const api = useApi();
  const request = useRequest((signal) => api.operation(operationId, signal), operationId);
  const isOver = request.data !== undefined && request.data.status !== 'running';
  useInterval(request.poll, isOver || request.problem !== undefined ? undefined : POLL_MS);
  return (
    <Card title="Operation" aside={<code>{operationId}</code>}>
      <Loaded request={request} what="the operation">
        {(operation) => (
          <>
            {operation.status === 'running' && <progress aria-label="Sessions are being ended" />}
            <p role="status">{statusText(operation)}</p>
            <Facts
              facts={[
                ['Examined', countText(operation.examined)],
                ['Ended', countText(operation.ended)],
                ['Started', <Instant key="at" at={operation.startedAt} />],
                operation.finishedAt === undefined
                  ? undefined
                  : ['Finished', <Instant key="at" at={operation.finishedAt} />],
              ]}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function statusText({ status, ended }: Operation): string {
  switch (status) {
    case 'running':
      return 'Running. It goes on in the background; this page may be closed.';
    case 'succeeded':
      return `Done: ${counted(ended, 'session')} ended.`;
    case 'failed':
      return `It failed after ${counted(ended, 'session')} had ended. Start it again to end the rest.`;
  }
}

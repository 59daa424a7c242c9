import { useState } from 'preact/hooks';
import { PageHead } from '../parts/page-head.tsx';
import { EndIdleForm, type EndIdleRequest } from './end-idle-form.tsx';
import { EndIdlePreview } from './end-idle-preview.tsx';
import { EndIdleProgress } from './end-idle-progress.tsx';

type Stage =
  | { readonly name: 'asked'; readonly request: EndIdleRequest; readonly atMs: number }
  | { readonly name: 'started'; readonly operationId: string };

/** Ends sessions that have been away for long: first what would happen, then the operation and how far it is. */
export function EndIdle({ query }: { query: URLSearchParams }) {
  const given = query.get('operation');
  const [stage, setStage] = useState<Stage | undefined>(
    given === null ? undefined : { name: 'started', operationId: given },
  );
  return (
    <>
      <PageHead
        title="End idle sessions"
        lead="Ends every session whose client has been away for longer than a time, with all that waits for it."
      />
      <EndIdleForm onPreview={(request) => setStage({ name: 'asked', request, atMs: performance.now() })} />
      {stage?.name === 'asked' && (
        <EndIdlePreview
          // Asked again, it is counted again: the fleet has changed meanwhile.
          key={stage.atMs}
          request={stage.request}
          onStarted={(operationId) => {
            // Kept in the address, so that a reload finds the operation again.
            history.replaceState(null, '', `#/end-idle?${new URLSearchParams({ operation: operationId })}`);
            setStage({ name: 'started', operationId });
          }}
        />
      )}
      {stage?.name === 'started' && <EndIdleProgress operationId={stage.operationId} />}
    </>
  );
}

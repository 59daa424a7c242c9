import { useState } from 'preact/hooks';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useAct } from '../parts/use-act.ts';
import { durationText } from '../text/duration.ts';
import { counted } from '../text/quantity.ts';
import type { EndIdleRequest } from './end-idle-form.tsx';
import { usePreview } from './use-preview.ts';

interface EndIdlePreviewProps {
  readonly request: EndIdleRequest;
  readonly onStarted: (operationId: string) => void;
}

/** How many sessions would end, counted page by page, and the button that ends them. */
export function EndIdlePreview({ request, onStarted }: EndIdlePreviewProps) {
  const api = useApi();
  const { examined, wouldEnd, messages, messagesAtLeast, counting, problem, stop, again } =
    usePreview(request);
  const acting = useAct();
  const [confirming, setConfirming] = useState(false);
  const start = () =>
    void acting.run(async () => {
      const { operationId } = await api.endIdle(request);
      onStarted(operationId);
      return 'Started.';
    });
  const which = (
    <>
      <Identifier text={request.clients} />, away for longer than {durationText(request.idleSeconds)}
    </>
  );
  return (
    <Card title="What would happen" aside={which}>
      <p class="preview" role="status">
        <b>{counted(wouldEnd, 'session')}</b> would end, with {messagesAtLeast && 'at least '}
        <b>{counted(messages, 'waiting message')}</b> in them.
      </p>
      <p class="quiet">
        {counted(examined, 'session')} examined{counting ? ' so far …' : '.'}{' '}
        {counting && (
          <button type="button" class="button button-small" onClick={stop}>
            Stop counting
          </button>
        )}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} retry={again} />}
      <button
        type="button"
        class="button button-danger"
        disabled={counting || wouldEnd === 0}
        onClick={() => setConfirming(true)}
      >
        End these sessions …
      </button>
      {confirming && (
        <ConfirmDialog
          title={`End ${counted(wouldEnd, 'session')}?`}
          verb="End sessions"
          isDestructive
          busy={acting.busy}
          problem={acting.problem}
          onConfirm={start}
          onClose={() => setConfirming(false)}
        >
          <p>
            Sessions of <b>{which}</b> end with their subscriptions and all that waits in them. This cannot be
            undone. A client that returns meanwhile keeps its session.
          </p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

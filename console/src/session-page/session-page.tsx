import type { Session } from '#api/schemas/session';
import { useApi } from '../api/context.ts';
import { AdviceItem } from '../parts/advice-item.tsx';
import { Card } from '../parts/card.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Loaded } from '../parts/states.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { useInterval } from '../parts/use-interval.ts';
import { useRequest } from '../parts/use-request.ts';
import { href } from '../route.ts';
import { Actions } from './actions.tsx';
import { Drops } from './drops.tsx';
import { History } from './history.tsx';
import { Inflight } from './inflight.tsx';
import { SessionFacts } from './session-facts.tsx';
import { Subscriptions } from './subscriptions.tsx';
import { TraceForm } from './trace-form.tsx';
import { WaitingMessages } from './waiting-messages.tsx';
import { Will } from './will.tsx';

const POLL_MS = 10_000;

/** All that the service knows of one session, kept fresh while it is in view. */
export function SessionPage({ clientId }: { clientId: string }) {
  const api = useApi();
  const request = useRequest((signal) => api.session(clientId, signal), clientId);
  const isGone = request.problem?.status === 404;
  useInterval(request.poll, POLL_MS);
  const { data } = request;
  return (
    <>
      <PageHead
        title={
          <>
            <span class="unseen">Session of </span>
            <Identifier text={clientId} />
          </>
        }
        lead={data !== undefined && <StatusBadge status={data.status} />}
      />
      {data !== undefined && !isGone && <Actions session={data} onChanged={request.reload} />}
      <Loaded request={request} what="the session">
        {(session) => (isGone ? null : <SessionFacts session={session} />)}
      </Loaded>
      {isGone && (
        <p>
          <a class="button" href={href('make-session', { clientId })}>
            Make a session
          </a>
        </p>
      )}
      {/* What happened to a session outlives it, and is told a moment after it is seen. */}
      <History clientId={clientId} readAt={request.answeredAtMs} />
      {data !== undefined && !isGone && <Sections session={data} onChanged={request.reload} />}
    </>
  );
}

function Sections({ session, onChanged }: { session: Session; onChanged: () => void }) {
  const { clientId, advice } = session;
  return (
    <>
      {advice.length > 0 && (
        <Card title="Advice">
          {advice.map((one) => (
            <AdviceItem key={one.id} advice={one} linksSession={false} />
          ))}
        </Card>
      )}
      <WaitingMessages session={session} />
      <Subscriptions session={session} onChanged={onChanged} />
      <div class="columns">
        <Inflight inflight={session.inflight} />
        <Will will={session.will} />
        <Drops drops={session.drops} />
      </div>
      <TraceForm clientId={clientId} />
    </>
  );
}

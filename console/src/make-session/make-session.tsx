import { useMemo, useState } from 'preact/hooks';
import type { Api } from '../api/api.ts';
import { useApi } from '../api/context.ts';
import { asProblem } from '../api/problem.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Identifier, SessionLink } from '../parts/identifier.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useAct } from '../parts/use-act.ts';
import { sessionHref } from '../route.ts';
import { intervalText } from '../text/duration.ts';
import { counted } from '../text/quantity.ts';
import { emptyDraft, fieldErrorsOf, provisionOf, SESSION_FIELDS, type SessionDraft } from './draft.ts';
import { SessionForm } from './session-form.tsx';

type Stage = 'written' | 'exists' | 'asked';

/** Makes a session before its device has ever connected. The one of a client that has one is left alone. */
export function MakeSession({ query }: { query: URLSearchParams }) {
  const api = useApi();
  const acting = useAct();
  const [draft, setDraft] = useState(() => emptyDraft(query.get('clientId') ?? ''));
  const [stage, setStage] = useState<Stage>('written');
  const { problem, busy } = acting;
  const errors = useMemo(() => fieldErrorsOf(problem, SESSION_FIELDS), [problem]);
  const { clientId } = draft;

  const change = (next: SessionDraft) => {
    acting.dismiss();
    setStage('written');
    setDraft(next);
  };
  const ask = () => {
    setStage('written');
    void acting.run(async () => {
      const isThere = await hasSession(api, clientId);
      setStage(isThere ? 'exists' : 'asked');
      return '';
    });
  };
  const make = async () => {
    let isMade = false;
    await acting.run(async () => {
      isMade = await isMadeNow(api, draft);
      if (!isMade) setStage('exists');
      return '';
    });
    if (isMade) location.hash = sessionHref(clientId);
  };
  const isAsking = stage === 'asked' && errors.size === 0;
  return (
    <>
      <PageHead
        title="Make a session"
        lead="For a device that has not connected yet: its first connection finds the session, and gets what was published since."
      />
      {!isAsking && problem !== undefined && errors.size === 0 && <ProblemNotice problem={problem} />}
      <SessionForm draft={draft} errors={errors} busy={busy} onChange={change} onSubmit={ask} />
      <div role="status">
        {stage === 'exists' && (
          <p class="notice notice-known">
            <span>
              <SessionLink clientId={clientId} /> has a session already. Nothing was changed.
            </span>
          </p>
        )}
      </div>
      {isAsking && (
        <ConfirmDialog
          title="Make this session?"
          verb="Make session"
          busy={busy}
          problem={problem}
          onConfirm={() => void make()}
          onClose={() => change(draft)}
        >
          <p>
            Client identifier <Identifier text={clientId} />
          </p>
          <p>{consequence(draft)}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function consequence({ sessionExpiryInterval, subscriptions }: SessionDraft): string {
  const waits =
    subscriptions.length === 0
      ? 'It has no subscriptions: nothing waits in it until the device subscribes.'
      : `What is published from now on and matches one of ${counted(subscriptions.length, 'subscription')} waits for the device.`;
  return `${waits} Expiry interval: ${intervalText(sessionExpiryInterval)}, and not above the maximum of its policy. A first connection that asks for a clean start finds nothing of it.`;
}

async function hasSession(api: Api, clientId: string): Promise<boolean> {
  try {
    await api.session(clientId);
    return true;
  } catch (error) {
    if (asProblem(error).code === 'session.notFound') return false;
    throw error;
  }
}

/** The question may have stood for long: a device that has come meanwhile keeps its subscriptions. */
async function isMadeNow(api: Api, draft: SessionDraft): Promise<boolean> {
  try {
    await api.makeSession(draft.clientId, provisionOf(draft));
    return true;
  } catch (error) {
    if (asProblem(error).code === 'session.exists') return false;
    throw error;
  }
}

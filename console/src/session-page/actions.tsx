import { useState } from 'preact/hooks';
import type { Session } from '#api/schemas/session';
import { useApi } from '../api/context.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { IntervalField } from '../parts/interval-field.tsx';
import { OutcomeNotice } from '../parts/outcome-notice.tsx';
import { useAct } from '../parts/use-act.ts';
import { ACTS, type ActName } from './acts.ts';

interface ActionsProps {
  readonly session: Session;
  readonly onChanged: () => void;
}

/** What an operator can do to a session; each act is asked about first, and its outcome told. */
export function Actions({ session, onChanged }: ActionsProps) {
  const api = useApi();
  const acting = useAct();
  const [chosen, setChosen] = useState<ActName>();
  const [seconds, setSeconds] = useState(session.sessionExpiryInterval);
  const close = () => {
    setChosen(undefined);
    acting.dismiss();
  };
  const choose = (name: ActName) => {
    acting.dismiss();
    setSeconds(session.sessionExpiryInterval);
    setChosen(name);
  };
  const confirm = async (name: ActName) => {
    const succeeded = await acting.run(() => ACTS[name].run(api, session.clientId, seconds));
    if (succeeded) setChosen(undefined);
    onChanged();
  };
  const names = Object.keys(ACTS) as ActName[];
  const act = chosen === undefined ? undefined : ACTS[chosen];
  return (
    <div class="actions">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what belongs to a form */}
      <div class="buttons" role="group" aria-label="Actions">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            class={`button ${ACTS[name].isDestructive ? 'button-danger' : ''}`}
            disabled={!ACTS[name].isPossible(session)}
            onClick={() => choose(name)}
          >
            {ACTS[name].verb}
          </button>
        ))}
      </div>
      {act === undefined && <OutcomeNotice acting={acting} />}
      {act !== undefined && chosen !== undefined && (
        <ConfirmDialog
          title={act.title}
          verb={act.verb}
          isDestructive={act.isDestructive}
          busy={acting.busy}
          problem={acting.problem}
          onConfirm={() => {
            if (!Number.isNaN(seconds)) void confirm(chosen);
          }}
          onClose={close}
        >
          <p>
            Client identifier <Identifier text={session.clientId} />
          </p>
          <p>{act.consequence(session)}</p>
          {chosen === 'changeInterval' && (
            <IntervalField
              label="Session Expiry Interval"
              seconds={seconds}
              allowsNever
              onChange={setSeconds}
            />
          )}
        </ConfirmDialog>
      )}
    </div>
  );
}

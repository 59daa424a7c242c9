import { useState } from 'preact/hooks';
import type { DeadLetter } from '#api/schemas/dead-letter';
import { useApi } from '../api/context.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Instant } from '../parts/instant.tsx';
import { OutcomeNotice } from '../parts/outcome-notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { useAct } from '../parts/use-act.ts';
import { useRequest } from '../parts/use-request.ts';
import { visible, visibleLines } from '../text/visible.ts';

/** Events that could not be handled; most can be sent again where they came from. */
export function DeadLetterList() {
  const api = useApi();
  const request = useRequest((signal) => api.deadLetters(signal), 'dead letters');
  const acting = useAct();
  const [chosen, setChosen] = useState<DeadLetter>();
  const choose = (letter: DeadLetter | undefined) => {
    acting.dismiss();
    setChosen(letter);
  };
  const redrive = async ({ id }: DeadLetter) => {
    const succeeded = await acting.run(async () => {
      await api.redrive(id);
      return 'Sent again. If it fails once more, it returns to this list.';
    });
    if (!succeeded) return;
    setChosen(undefined);
    request.reload();
  };
  return (
    <>
      <PageHead
        title="Dead letters"
        lead="Events that failed and were kept. Looking at them changes nothing."
      >
        <button type="button" class="button button-small" disabled={request.loading} onClick={request.reload}>
          {request.loading ? 'Loading …' : 'Load again'}
        </button>
      </PageHead>
      {chosen === undefined && <OutcomeNotice acting={acting} />}
      <Loaded request={request} what="dead letters">
        {({ deadLetters }) =>
          deadLetters.length === 0 ? (
            <Empty title="No dead letters">Every event was handled.</Empty>
          ) : (
            <ul class="letters">
              {deadLetters.map((letter) => (
                <Letter key={letter.id} letter={letter} onRedrive={() => choose(letter)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {chosen !== undefined && (
        <ConfirmDialog
          title="Send this event again?"
          verb="Send again"
          busy={acting.busy}
          problem={acting.problem}
          onConfirm={() => void redrive(chosen)}
          onClose={() => choose(undefined)}
        >
          <p>It goes back to {visible(chosen.source)} and leaves this queue.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Letter({ letter, onRedrive }: { letter: DeadLetter; onRedrive: () => void }) {
  const { receivedAt, source, error, body, isRedrivable } = letter;
  return (
    <li class="card letter">
      <div class="letter-head">
        <div>
          <h2>{visible(source)}</h2>
          <p class="quiet">
            <Instant at={receivedAt} />
          </p>
        </div>
        {isRedrivable && (
          <button type="button" class="button" onClick={onRedrive}>
            Send again<span class="unseen"> the event of {visible(source)}</span>
          </button>
        )}
      </div>
      {error !== undefined && <p class="letter-error">{visible(error)}</p>}
      {!isRedrivable && (
        <p>
          It cannot be sent again: nothing in it is an event that a function could take once more. It stays in
          the queue for whoever reads it.
        </p>
      )}
      <details>
        <summary>The event</summary>
        <pre>{visibleLines(readable(body))}</pre>
      </details>
    </li>
  );
}

/** JSON with line breaks; anything else as it came. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

import { useState } from 'preact/hooks';
import type { Trace } from '#api/schemas/trace';
import { useApi } from '../api/context.ts';
import { Card } from '../parts/card.tsx';
import { Evidence } from '../parts/evidence.tsx';
import { Field } from '../parts/field.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { Loaded } from '../parts/states.tsx';
import { useRequest } from '../parts/use-request.ts';
import { visible } from '../text/visible.ts';

interface Question {
  readonly topic?: string;
  readonly messageId?: string;
}

/** Why a message reached this client, or did not. */
export function TraceForm({ clientId }: { clientId: string }) {
  const [question, setQuestion] = useState<Question>();
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const form = new FormData(event.currentTarget);
    const topic = String(form.get('topic') ?? '');
    const messageId = String(form.get('messageId') ?? '').trim();
    if (topic === '' && messageId === '') return;
    setQuestion({ ...(topic !== '' && { topic }), ...(messageId !== '' && { messageId }) });
  };
  return (
    <Card title="Trace a message">
      <form class="search" onSubmit={onSubmit}>
        <Field label="Topic of the message" hint="or its message id, or both">
          {(control) => <input {...control} class="wide" name="topic" spellcheck={false} />}
        </Field>
        <Field label="Message id">
          {(control) => <input {...control} name="messageId" spellcheck={false} />}
        </Field>
        <div class="search-foot">
          <button type="submit" class="button button-primary">
            Trace
          </button>
        </div>
      </form>
      {question !== undefined && <Answer clientId={clientId} question={question} />}
    </Card>
  );
}

function Answer({ clientId, question }: { clientId: string; question: Question }) {
  const api = useApi();
  const request = useRequest(
    (signal) => api.trace(clientId, question, signal),
    JSON.stringify([clientId, question]),
  );
  return (
    <div aria-live="polite">
      <Loaded request={request} what="the trace">
        {(trace) => <Verdict trace={trace} />}
      </Loaded>
    </div>
  );
}

function Verdict({ trace }: { trace: Trace }) {
  const { verdict, filters, explanation, message, deliveredUpTo, deliveredBetween, dropReason, packetId } =
    trace;
  const evidence = { ...message, deliveredUpTo, dropReason, packetId, deliveryRun: deliveredBetween?.at };
  return (
    <div class="verdict">
      <p>
        <span class={`badge badge-verdict badge-${verdict}`}>{verdict}</span> {visible(explanation)}
      </p>
      {filters.length > 0 && (
        <p>
          Matched by{' '}
          {filters.map(({ filter }) => (
            <span key={filter} class="listed">
              <Identifier text={filter} />
            </span>
          ))}
        </p>
      )}
      <Evidence evidence={evidence} />
    </div>
  );
}

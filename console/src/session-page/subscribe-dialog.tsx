import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  emptySubscription,
  fieldErrorsOf,
  SUBSCRIPTION_FIELDS,
  type SubscriptionDraft,
} from '../make-session/draft.ts';
import { SubscriptionFields } from '../make-session/subscription-fields.tsx';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { focusOn } from '../parts/focus-on.ts';
import { Identifier } from '../parts/identifier.tsx';
import type { Acting } from '../parts/use-act.ts';

interface SubscribeDialogProps {
  readonly clientId: string;
  readonly acting: Acting;
  readonly onConfirm: (draft: SubscriptionDraft) => void;
  readonly onClose: () => void;
}

/** Asks for one more subscription of a session that is there, or for other options of one that it has. */
export function SubscribeDialog({ clientId, acting, onConfirm, onClose }: SubscribeDialogProps) {
  const [draft, setDraft] = useState(() => emptySubscription([]));
  const fields = useRef<HTMLDivElement>(null);
  const { problem, busy } = acting;
  const errors = useMemo(() => fieldErrorsOf(problem, SUBSCRIPTION_FIELDS), [problem]);

  // What was refused is where the operator goes on.
  useLayoutEffect(() => {
    if (errors.size > 0) focusOn(fields.current?.querySelector('[aria-invalid]'));
  }, [errors]);

  const change = (next: SubscriptionDraft) => {
    acting.dismiss();
    setDraft(next);
  };
  return (
    <ConfirmDialog
      title="Subscribe this session?"
      verb="Subscribe"
      busy={busy}
      problem={errors.size > 0 ? undefined : problem}
      onConfirm={() => onConfirm(draft)}
      onClose={onClose}
    >
      <p>
        Client identifier <Identifier text={clientId} />
      </p>
      <div ref={fields}>
        <SubscriptionFields
          draft={draft}
          legend="Subscription"
          errorOf={(name) => errors.get(name === 'filter' ? name : `/${name}`)}
          onChange={change}
        />
      </div>
      <p>
        What is published from now on and matches is kept for the device. Its other subscriptions stay as they
        are; one of the same filter gets this QoS and these options. Retained messages come when the device
        subscribes itself.
      </p>
    </ConfirmDialog>
  );
}

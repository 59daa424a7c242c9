import type { Session } from '#api/schemas/session';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Identifier } from '../parts/identifier.tsx';
import type { Acting } from '../parts/use-act.ts';

interface UnsubscribeDialogProps {
  readonly session: Session;
  readonly subscription: Session['subscriptions'][number];
  readonly acting: Acting;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks whether a subscription is to end, and says what that comes to. */
export function UnsubscribeDialog(props: UnsubscribeDialogProps) {
  const { session, subscription, acting, onConfirm, onClose } = props;
  const { filter, byOperator } = subscription;
  const isHeld = session.waiting.heldByBroker && !byOperator;
  return (
    <ConfirmDialog
      title="End this subscription?"
      verb="Unsubscribe"
      isDestructive
      busy={acting.busy}
      problem={acting.problem}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        Client identifier <Identifier text={session.clientId} />
      </p>
      <p>
        Filter <Identifier text={filter} />
      </p>
      <p>
        What waits for this subscription alone will never be delivered. This cannot be undone. The other
        subscriptions stay as they are, and the device may subscribe again.
        {isHeld &&
          " The broker's own session still holds the subscription, and may deliver if the client returns in time."}
      </p>
    </ConfirmDialog>
  );
}

import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { ProblemNotice } from './problem-notice.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  /** On the button that does it. */
  readonly verb: string;
  /** It cannot be undone, and looks so. */
  readonly isDestructive?: boolean;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly children: ComponentChildren;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** The browser's modal dialog: it keeps the focus inside, closes on Escape and gives the focus back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, verb, isDestructive = false, busy, problem, children, onConfirm, onClose } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const opener = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      // A dialog that is taken out of the page gives nothing back by itself.
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  // The browser would close the dialog by itself; whoever asked takes it out of the page instead.
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  const confirm = (event: Event) => {
    event.preventDefault();
    if (!busy) onConfirm();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onCancel={cancel}>
      <form onSubmit={confirm}>
        <h2 id={id}>{title}</h2>
        <div class="dialog-body">{children}</div>
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${isDestructive ? 'button-danger' : 'button-primary'}`}
            disabled={busy}
          >
            {busy ? 'Working …' : verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}

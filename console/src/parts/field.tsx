import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** Draws the control with these attributes, which tie it to its label and hint. */
  readonly children: (control: { id: string; 'aria-describedby'?: string }) => ComponentChildren;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {hint !== undefined && <span id={hintId}>{hint}</span>}
      </div>
      {children(hint === undefined ? { id } : { id, 'aria-describedby': hintId })}
    </div>
  );
}

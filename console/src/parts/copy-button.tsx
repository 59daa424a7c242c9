import { useState } from 'preact/hooks';

const SHOWN_MS = 2_000;

/** Puts text into the clipboard and says whether that worked. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState<string>();
  const copy = async () => {
    const worked = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(worked ? 'Copied' : 'Select the text and copy it by hand');
    window.setTimeout(() => setSaid(undefined), SHOWN_MS);
  };
  return (
    <span class="copy">
      <button type="button" class="button button-small" onClick={() => void copy()}>
        {label}
      </button>
      <span role="status" class="quiet">
        {said}
      </span>
    </span>
  );
}

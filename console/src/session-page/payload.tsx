import { useMemo, useState } from 'preact/hooks';
import { bytesOf, hexOf, textOf } from '../text/payload.ts';
import { visible, visibleLines } from '../text/visible.ts';

/** Bytes of a device: as text where they are text, else in hexadecimal; never as anything that runs. */
export function Payload({ base64, contentType }: { base64: string; contentType: string | undefined }) {
  const bytes = useMemo(() => bytesOf(base64), [base64]);
  const text = useMemo(() => textOf(bytes), [bytes]);
  const [asHex, setAsHex] = useState(text === undefined);
  const isHex = asHex || text === undefined;
  if (bytes.length === 0) return <span class="quiet">empty</span>;
  return (
    <div class="payload">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a pointer */}
      <pre tabIndex={0} class={isHex ? 'hex' : undefined}>
        {isHex ? hexOf(bytes) : visibleLines(text)}
      </pre>
      <p>
        {text !== undefined && (
          <button
            type="button"
            class="button button-small"
            aria-pressed={asHex}
            onClick={() => setAsHex(!asHex)}
          >
            Hex
          </button>
        )}
        {contentType !== undefined && <span class="quiet">{visible(contentType)}</span>}
      </p>
    </div>
  );
}

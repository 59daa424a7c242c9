const UTF8 = new TextDecoder('utf-8', { fatal: true });
const BYTES_PER_LINE = 16;

/** @throws Error if it is no base64 */
export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The control characters below space but what moves the cursor, and the escape of coloured logs. */
function isOfNoText(byte: number): boolean {
  const movesCursor = byte >= 0x09 && byte <= 0x0d;
  return byte < 0x20 && byte !== 0x1b && !movesCursor;
}

/** Undefined when the bytes are no UTF-8, or hold control characters that no text has. */
export function textOf(bytes: Uint8Array): string | undefined {
  // In UTF-8 they are a byte each, and no part of another character.
  if (bytes.some(isOfNoText)) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Offset, bytes, and the printable ones of ASCII, as hexdump writes them. */
export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  // A short payload needs no room for bytes that it has not.
  const width = Math.min(BYTES_PER_LINE, bytes.length) * 3 - 1;
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const line = [...bytes.subarray(offset, offset + BYTES_PER_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${hex.padEnd(width)}  ${text}`);
  }
  return lines.join('\n');
}

/** MQTT allows more for a client identifier; AWS IoT Core does not, and neither does a log line. */
const MAXIMUM_BYTES = 128;

/**
 * Text that a device chose (a client identifier, a topic), safe in a log: control characters, which could
 * forge lines or move a terminal's cursor, are escaped, and what follows 128 bytes is cut off.
 *
 * @example loggable('a\nb') // 'a\\u000ab'
 */
export function loggable(text: string): string {
  let shown = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAXIMUM_BYTES) return `${shown}…`;
    shown += escaped(character);
  }
  return shown;
}

/** Control characters, formatting ones that reorder text, and halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

function escaped(character: string): string {
  if (!UNSAFE.test(character)) return character;
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

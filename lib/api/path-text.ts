const ESCAPE = '~';
const PLAIN = /^[A-Za-z0-9._:@-]+$/;

/**
 * Text as one segment of a path. What an HTTP API may take apart (it decodes the path before anybody sees it, and
 * cuts it at a `?`) is `~` and the base64url form of its UTF-8 bytes.
 *
 * @example pathText('meter-7') // 'meter-7'
 * @example pathText('a/b') // '~YS9i'
 */
export function pathText(text: string): string {
  const isSafe = PLAIN.test(text) && text !== '.' && text !== '..';
  return isSafe ? text : escapedText(text);
}

/** The form that stands for any text, whatever is between. */
export function escapedText(text: string): string {
  return `${ESCAPE}${Buffer.from(text).toString('base64url')}`;
}

/** Text from a segment that has been percent-decoded; undefined where it is `~` and no base64url of UTF-8. */
export function textOfSegment(segment: string): string | undefined {
  if (!segment.startsWith(ESCAPE)) return segment;
  const bytes = Buffer.from(segment.slice(1), 'base64url');
  if (bytes.toString('base64url') !== segment.slice(1)) return undefined;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

const PLAIN = /^[A-Za-z0-9._:@-]+$/;
const UTF8 = new TextEncoder();

/**
 * Text as one segment of a path of the API: as it is where nothing on the way could change it, else `~` and the
 * base64url form of its UTF-8 bytes.
 *
 * @example pathText('a/b') // '~YS9i'
 */
export function pathText(text: string): string {
  if (PLAIN.test(text) && text !== '.' && text !== '..') return text;
  const bytes = String.fromCharCode(...UTF8.encode(text));
  return `~${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

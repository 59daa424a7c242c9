import { escapedText } from './path-text.ts';

/** What stands around a free text of a path. The longer of two that fit is meant. */
const FREE = [
  { before: '/sessions/', after: '/messages' },
  { before: '/sessions/', after: '/history' },
  { before: '/sessions/', after: '/trace' },
  { before: '/sessions/', after: '/disconnect' },
  { before: '/sessions/', after: '/resume' },
  { before: '/sessions/', after: '' },
  { before: '/topics/', after: '/subscribers' },
  { before: '/dead-letters/', after: '/redrive' },
  { before: '/operations/', after: '' },
] as const;

/**
 * A path that an HTTP API has percent-decoded, so that a `/` of a client identifier looks like one between segments:
 * the free text in it becomes one segment again. An identifier that ends like one of our paths (`a/messages`) cannot
 * be told from it: who means that writes `~` and base64url.
 *
 * @example escapedPath('/sessions/a/b/history') // '/sessions/~YS9i/history'
 */
export function escapedPath(decoded: string, stage = '$default'): string {
  const prefix = `/${stage}/`;
  const path =
    stage !== '$default' && decoded.startsWith(prefix) ? decoded.slice(prefix.length - 1) : decoded;
  for (const { before, after } of FREE) {
    if (!path.startsWith(before) || !path.endsWith(after)) continue;
    const text = path.slice(before.length, path.length - after.length);
    if (path.length <= before.length + after.length) continue;
    return `${before}${text.startsWith('~') ? encodeURIComponent(text) : escapedText(text)}${after}`;
  }
  // A colon is part of some of our paths, and means nothing else in one.
  const segments = Buffer.from(path).toString().split('/');
  return segments.map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':')).join('/');
}

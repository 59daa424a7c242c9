import { escapedText } from './path-text.ts';

/** The one path with two free texts. The first ends where the second can begin for the first time. */
const SUBSCRIPTION = /^\/sessions\/(.+?)\/subscriptions\/(.+)$/s;

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

const segmentOf = (text: string) => (text.startsWith('~') ? encodeURIComponent(text) : escapedText(text));

/**
 * A path that an HTTP API has percent-decoded, so that a `/` of a client identifier looks like one between segments:
 * the free text in it becomes one segment again. An identifier that ends like one of our paths (`a/messages`), or holds
 * `/subscriptions/`, cannot be told from it: who means that writes `~` and base64url.
 *
 * @example escapedPath('/sessions/a/b/history') // '/sessions/~YS9i/history'
 */
export function escapedPath(decoded: string, stage = '$default'): string {
  const prefix = `/${stage}/`;
  const path =
    stage !== '$default' && decoded.startsWith(prefix) ? decoded.slice(prefix.length - 1) : decoded;
  const [, clientId, filter] = SUBSCRIPTION.exec(path) ?? [];
  if (clientId !== undefined && filter !== undefined)
    return `/sessions/${segmentOf(clientId)}/subscriptions/${segmentOf(filter)}`;
  for (const { before, after } of FREE) {
    if (!path.startsWith(before) || !path.endsWith(after)) continue;
    const text = path.slice(before.length, path.length - after.length);
    if (path.length <= before.length + after.length) continue;
    return `${before}${segmentOf(text)}${after}`;
  }
  // A colon is part of some of our paths, and means nothing else in one.
  const segments = Buffer.from(path).toString().split('/');
  return segments.map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':')).join('/');
}

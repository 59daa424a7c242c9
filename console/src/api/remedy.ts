import type { Problem } from './problem.ts';

const BY_CODE: Readonly<Record<string, string>> = {
  'session.notFound': 'It may have ended or expired meanwhile. Look for it in the list of sessions.',
  'session.contended': 'The device was changing the session at the same time. Try again in a moment.',
  'session.connected': 'Ask again once it is away, or let the device do it.',
  'cursor.invalid': 'The list has changed under this page. Load it again from its beginning.',
  'body.tooLarge': 'Ask for less at once.',
  'deadLetter.notFound': 'It may have been sent again already. Load the list again.',
  'deadLetter.notRedrivable': 'Read it, and fix what it reports.',
  'operation.notFound': 'Its record is kept for a limited time. Start it again if it is still needed.',
  'network.unreachable': 'Check that the API is up and that this browser can reach it, then try again.',
  'request.invalid': 'Correct the input and try again.',
};

/** What an operator can do about a problem. */
export function remedyFor({ code, status }: Problem): string {
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (status === 401) return 'Sign in again.';
  if (status === 403) return 'Your role does not permit this. Ask for the permission to write, or read only.';
  if (status === 429) return 'Too many requests at the moment. Wait a little and try again.';
  if (status >= 500) return 'Try again. If it stays so, the logs of the function Api say why.';
  return 'Try again.';
}

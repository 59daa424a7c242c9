import { createHash } from 'node:crypto';
import type { Advice, AdviceKind } from './advice.ts';

/** Bits enough that no client can choose an identifier that meets another one's. */
const DIGEST_BYTES = 12;

/** In the order of identifiers warnings come first. */
const RANKS: Readonly<Record<Advice['severity'], string>> = { warning: '1', info: '2' };

/** Client identifiers and filters are longer than a key may be, and hold every character. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest().toString('base64url', 0, DIGEST_BYTES);
}

function prefixes(subject: 'client' | 'filter', name: string): readonly string[] {
  return Object.values(RANKS).map((rank) => `${rank}/${subject}/${digestOf(name)}/`);
}

/** With what the identifiers of all advice on a client begin. */
export function clientPrefixes(clientId: string): readonly string[] {
  return prefixes('client', clientId);
}

/** With what the identifiers of all advice on a filter begin. */
export function filterPrefixes(filter: string): readonly string[] {
  return prefixes('filter', filter);
}

/** @example adviceId({ kind: 'sharedClientId', severity: 'warning', clientId: 'vehicle-7' }) */
export function adviceId({
  kind,
  severity,
  clientId,
  filter,
}: {
  readonly kind: AdviceKind;
  readonly severity: Advice['severity'];
  readonly clientId?: string;
  readonly filter?: string;
}): string {
  const about = [
    ...(clientId === undefined ? [] : ['client', digestOf(clientId)]),
    ...(filter === undefined ? [] : ['filter', digestOf(filter)]),
  ];
  return [RANKS[severity], ...about, kind].join('/');
}

import type { Advice } from '../schemas/advice.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** Times first, then counts, texts and lists. */
function rankOf(value: Advice['evidence'][string]): number {
  if (typeof value === 'number') return 1;
  if (Array.isArray(value)) return 3;
  return INSTANT.test(value) ? 0 : 2;
}

/** The same advice, its evidence always in the same order: the table forgets that of a map. */
export function toldAdvice(advice: Advice): Advice {
  const named = Object.entries(advice.evidence);
  const inOrder = named.sort(
    ([one, first], [other, second]) => rankOf(first) - rankOf(second) || (one < other ? -1 : 1),
  );
  return { ...advice, evidence: Object.fromEntries(inOrder) };
}

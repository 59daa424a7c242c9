import type { Advice } from '#advice/advice';
import type { FindingStore } from '#store/statistics/findings';

/** More is not said of one client. */
const MOST = 100;

/** Keeps advice anew, in place of all that was known about the same client or filter. */
export async function keepAdvice(
  prefixes: readonly string[],
  advice: readonly Advice[],
  findings: Pick<FindingStore, 'advice' | 'putAdvice'>,
): Promise<void> {
  const pages = await Promise.all(prefixes.map((prefix) => findings.advice({ prefix, limit: MOST })));
  const holds = new Set(advice.map(({ id }) => id));
  const outdated = pages
    .flatMap((page) => page.advice)
    .map(({ id }) => id)
    .filter((id) => !holds.has(id));
  if (advice.length + outdated.length > 0) await findings.putAdvice(advice, outdated);
}

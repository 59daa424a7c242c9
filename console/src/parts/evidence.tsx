import { factText } from '../text/fact.ts';
import { Facts } from './facts.tsx';

/** Numbers behind a statement, under the names that the API gives them. */
export function Evidence({ evidence }: { evidence: Readonly<Record<string, unknown>> }) {
  const known = Object.entries(evidence).filter(([, value]) => value !== undefined && value !== null);
  if (known.length === 0) return null;
  return <Facts facts={known.map(([name, value]) => factText(name, value))} />;
}

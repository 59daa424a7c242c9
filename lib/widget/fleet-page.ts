import type { Advice } from '#advice/advice';
import type { Counts } from '#history/counts';
import type { Survey } from '#survey/survey';
import { type Html, html } from './html.ts';
import { adviceList, facts, lookUpForm } from './parts.ts';
import { at } from './phrases.ts';

export interface FleetLook {
  readonly counts: Counts;
  /** Absent before the first survey. */
  readonly survey?: Survey;
  /** The first few. */
  readonly advice: readonly Advice[];
}

function waitingIn(survey: Survey | undefined): string {
  if (survey === undefined) return 'not surveyed yet';
  const { messages, bytes, isEstimate } = survey.waiting;
  return `${isEstimate ? 'about ' : ''}${messages} messages, ${bytes} bytes (${at(survey.surveyedAtMs)})`;
}

/** All clients together. */
export function fleetPage({ counts, survey, advice }: FleetLook, functionArn: string): Html {
  const numbers = facts([
    ['Connected', counts.connected],
    ['Away', counts.disconnected],
    ['Expiring within an hour', counts.expiring.withinHour],
    ['Expiring within a day', counts.expiring.withinDay],
    ['Waiting', waitingIn(survey)],
  ]);
  return html`${lookUpForm(functionArn)}<h3>Fleet</h3>${numbers}${adviceList(advice, functionArn, false)}`;
}

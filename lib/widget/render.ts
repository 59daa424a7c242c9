import type { Advice } from '#advice/advice';
import type { StatisticsStore } from '#store/statistics/statistics';
import type { Survey } from '#survey/survey';
import { DOCUMENTATION } from './documentation.ts';
import { fleetPage } from './fleet-page.ts';
import { html } from './html.ts';
import { lookUpForm } from './parts.ts';
import { lookAtSession, type SessionLookDependencies } from './session-look.ts';
import { sessionPage } from './session-page.ts';
import { parseWidgetEvent } from './widget-event.ts';

/** Advice on the page of the fleet; the console has all. */
const ADVICE = 10;

export interface WidgetDependencies extends SessionLookDependencies {
  readonly statistics: Pick<StatisticsStore, 'advice' | 'read' | 'survey'>;
}

/** What CloudWatch shows for a call of the widget: HTML, or Markdown that describes it. */
export async function renderWidget(
  event: unknown,
  functionArn: string,
  dependencies: WidgetDependencies,
): Promise<string> {
  const { statistics, clock } = dependencies;
  const asked = parseWidgetEvent(event);
  switch (asked.kind) {
    case 'describe':
      return DOCUMENTATION;
    case 'refused':
      return html`${lookUpForm(functionArn)}<p>${asked.problem}</p>`.toString();
    case 'session':
      return sessionPage(await lookAtSession(asked.clientId, dependencies), functionArn).toString();
    case 'fleet': {
      const [counts, survey, { advice }] = await Promise.all([
        statistics.read(clock()),
        statistics.survey<Survey>(),
        statistics.advice<Advice>({ limit: ADVICE }),
      ]);
      const look = { counts, advice, ...(survey !== undefined && { survey }) };
      return fleetPage(look, functionArn).toString();
    }
  }
}

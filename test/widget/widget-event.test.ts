import { expect, it } from 'vitest';
import { parseWidgetEvent } from '#widget/widget-event';

/** An event as CloudWatch sends it. */
const event = (parameters: object, form: object = {}) => ({
  ...parameters,
  widgetContext: {
    dashboardName: 'Fleet',
    widgetId: 'widget-16',
    accountId: '123456789012',
    locale: 'en',
    timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
    period: 300,
    isAutoPeriod: true,
    timeRange: { mode: 'relative', start: 1_627_236_199_729, end: 1_627_322_599_729 },
    theme: 'light',
    linkCharts: true,
    title: 'Session look-up',
    forms: { all: form },
    params: parameters,
    width: 588,
    height: 369,
  },
});

it.each([
  ['the fleet at first', event({}), { kind: 'fleet' }],
  ['the fleet with an empty form', event({ lookUp: 'form' }, { clientId: '' }), { kind: 'fleet' }],
  ['the client of the parameters', event({ clientId: 'a' }), { kind: 'session', clientId: 'a' }],
  [
    'the client that was typed',
    event({ clientId: 'a' }, { clientId: 'b' }),
    { kind: 'session', clientId: 'b' },
  ],
  [
    'the client of a link, whatever is in the form',
    event({ lookUp: 'link', clientId: 'c' }, { clientId: 'b' }),
    { kind: 'session', clientId: 'c' },
  ],
  ['the fleet again', event({ lookUp: 'link' }, { clientId: 'b' }), { kind: 'fleet' }],
  ['the documentation', { describe: true }, { kind: 'describe' }],
  ['nothing, when it has no context', { clientId: 'a' }, { kind: 'session', clientId: 'a' }],
  ['nothing of what is no text', event({ clientId: 7 }, { clientId: ['b'] }), { kind: 'fleet' }],
  ['nothing of forms that are none', { widgetContext: { forms: 'all' } }, { kind: 'fleet' }],
])('asks for %s', (_, sent, asked) => {
  expect(parseWidgetEvent(sent)).toEqual(asked);
});

it.each([null, 'text', 7, undefined])('is refused when it is %j', (sent) => {
  expect(parseWidgetEvent(sent)).toMatchObject({ kind: 'refused' });
});

it('is refused with a client identifier that no client can have, without repeating it', () => {
  const asked = parseWidgetEvent({ clientId: 'ü'.repeat(501) });
  expect(asked).toEqual({
    kind: 'refused',
    problem: 'A client identifier of 1002 bytes came; allowed: 1 to 1000.',
  });
});

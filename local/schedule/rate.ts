const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

const RATE = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/;

/** The period of `rate(1 minute)`, `rate(5 hours)` and so on in seconds; undefined for any other expression. */
export function ratePeriodSeconds(expression: string): number | undefined {
  const [, value = '', unit = '', plural] = RATE.exec(expression) ?? [];
  const isUnit = unit === 'minute' || unit === 'hour' || unit === 'day';
  // EventBridge insists on the grammar.
  if (!isUnit || (value === '1') !== (plural === '')) return undefined;
  return Number(value) * SECONDS[unit];
}

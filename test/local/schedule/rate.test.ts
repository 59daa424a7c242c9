import { expect, test } from 'vitest';
import { ratePeriodSeconds } from '#local/schedule/rate';

test.each([
  ['rate(1 minute)', 60],
  ['rate(5 minutes)', 300],
  ['rate(1 hour)', 3600],
  ['rate(2 days)', 172_800],
])('%s is %d seconds', (expression, seconds) => {
  expect(ratePeriodSeconds(expression)).toBe(seconds);
});

test.each([
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(0 minutes)',
  'rate(1 second)',
  'cron(0 12 * * ? *)',
  '',
])('%s is none that EventBridge takes, or the local cloud knows', (expression) => {
  expect(ratePeriodSeconds(expression)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { Chaos } from '#local/chaos';

const draws = (chaos: Chaos) =>
  Array.from({ length: 2000 }, () => [
    chaos.delayEventMs(),
    chaos.duplicateEvent(),
    chaos.failRequest()?.status,
    chaos.throttle(),
    chaos.crashAfterMs(),
  ]);

const everything = {
  seed: 7,
  events: { delayMs: [100, 200] as [number, number], reorderRate: 0.5, duplicateRate: 0.25 },
  dynamodb: { throttleRate: 0.1 },
  dataPlane: { '404': 0.1, '429': 0.2, '504': 0.3 },
  functions: { crashRate: 0.05 },
};

test('the same seed gives the same draws', () => {
  expect(draws(new Chaos(everything))).toEqual(draws(new Chaos(everything)));
  expect(draws(new Chaos(everything))).not.toEqual(draws(new Chaos({ ...everything, seed: 8 })));
});

test('without a seed one is taken and told', () => {
  const first = new Chaos({ events: { delayMs: [0, 100] } }, () => 99);
  expect(first.seed).toBe(99);
});

test('each thing happens as often as it was told to', () => {
  const taken = draws(new Chaos(everything));
  const part = (count: (draw: (typeof taken)[number]) => boolean) =>
    taken.filter(count).length / taken.length;
  expect(part(([, duplicate]) => duplicate === true)).toBeCloseTo(0.25, 1);
  expect(part(([, , status]) => status === 404)).toBeCloseTo(0.1, 1);
  expect(part(([, , status]) => status === 429)).toBeCloseTo(0.2, 1);
  expect(part(([, , status]) => status === 504)).toBeCloseTo(0.3, 1);
  expect(part(([, , , throttled]) => throttled !== undefined)).toBeCloseTo(0.1, 1);
  expect(part(([, , , , crash]) => crash !== undefined)).toBeCloseTo(0.05, 1);
  const delays = taken.map(([delay]) => Number(delay));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
  expect(part(([delay]) => Number(delay) > 200)).toBeCloseTo(0.45, 1);
});

test('what is left out does not happen', () => {
  expect(new Set(draws(new Chaos({ seed: 1 })).map((draw) => JSON.stringify(draw)))).toEqual(
    new Set([JSON.stringify([0, false, undefined, undefined, undefined])]),
  );
});

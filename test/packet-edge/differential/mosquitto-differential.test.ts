import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomSeed } from '#test/session/random-seed';
import { comparable, DIFFERENCES } from './differences.ts';
import { MOSQUITTO, MosquittoBroker } from './mosquitto-broker.ts';
import { type ObservedBroker, Observer } from './observer.ts';
import { ServiceBroker } from './service-broker.ts';
import { steps } from './steps.ts';

const RUNS = Number(process.env['DIFFERENTIAL_RUNS'] ?? 40);

if (MOSQUITTO === undefined) console.log('left out: the comparison with mosquitto, which is not installed');

describe.runIf(MOSQUITTO !== undefined)('the same steps before this service and before mosquitto', () => {
  let service: ServiceBroker;
  let mosquitto: MosquittoBroker;
  beforeAll(async () => {
    service = await ServiceBroker.start();
    mosquitto = await MosquittoBroker.start(MOSQUITTO ?? '');
  });
  afterAll(async () => {
    await service?.stop();
    await mosquitto?.stop();
  });

  it.each(DIFFERENCES)(
    '[$clause] but for what is allowed: mosquitto $mosquitto; this service $service',
    async ({ clause, steps: shown, noted }) => {
      const seen = async (broker: ObservedBroker) => {
        const { deliveries, answers } = await new Observer(broker, `${clause}/`).observe(shown);
        return deliveries[noted.of] ?? answers[noted.of] ?? [];
      };
      expect(await seen(service)).toEqual(noted.service);
      // Another version of mosquitto may have come to do the same.
      expect([noted.mosquitto, noted.service]).toContainEqual(await seen(mosquitto));
    },
  );

  it(`are seen alike by clients, ${RUNS} times`, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        run += 1;
        const prefix = `${run}/`;
        const [ours, theirs] = await Promise.all(
          [service, mosquitto].map((broker) => new Observer(broker, prefix).observe(all)),
        );
        if (ours === undefined || theirs === undefined) throw new Error('Nothing was observed');
        expect(comparable(ours)).toEqual(comparable(theirs));
      }),
      { seed: randomSeed, numRuns: RUNS, verbose: 0 },
    );
  }, 600_000);
});

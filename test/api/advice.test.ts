import { expect, test } from 'vitest';
import type { Advice } from '#api/schemas/advice';
import { createStatisticsStore } from '#store/statistics/statistics';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { apiDependencies, asker } from './api-on-tables.ts';

const tables = memoryTables();
const ask = asker(apiDependencies(tables));
const statistics = createStatisticsStore(tables.newClient(), tables.names.statistics, { clock: Date.now });

const EVIDENCE: Advice['evidence'] = {
  lastAt: '2026-11-25T05:58:03.000Z',
  addresses: ['192.0.2.17', '198.51.100.4'],
  takeovers: 41,
  firstAt: '2026-11-24T06:12:40.000Z',
  absences: 3,
  source: 'meter 7',
};

test('the evidence of an advice is told in one order, whatever the table makes of it', async () => {
  const one: Omit<Advice, 'evidence'> = {
    id: '1/client/shared',
    kind: 'sharedClientId',
    severity: 'warning',
    clientId: 'client',
    summary: 'Several devices share it.',
    change: { text: 'Give each a client identifier of its own.' },
  };
  for (const evidence of [EVIDENCE, Object.fromEntries(Object.entries(EVIDENCE).reverse())]) {
    const advised: Advice = { ...one, evidence };
    await statistics.putAdvice([advised]);
    const { body } = await ask('/advice');
    const { advice } = body as { advice: readonly { evidence: object }[] };
    expect(advice.map((told) => Object.keys(told.evidence))).toEqual([
      ['firstAt', 'lastAt', 'absences', 'takeovers', 'source', 'addresses'],
    ]);
    expect(advice[0]?.evidence).toEqual(EVIDENCE);
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '#infra/project-root';
import { templateOf } from '#test/infra/synthesized/stack';
import { METRICS, metricDocument } from './metric-list.ts';

interface Use {
  readonly by: string;
  /** Each expression in it as `<…>`. */
  readonly name: string;
  readonly unit: string;
}

const CALL = /metrics\.add\(\s*(?:'([^']+)'|`((?:[^`$]|\$\{[^}]*\})*)`)([^;\n]*)/g;
/** Where the function that counts is not the file that says so. */
const FOR_OTHERS = ['lib/lambda/refusal.ts', 'lib/lambda/refused-shapes.ts'];

/** What a function counts, read from its text. */
function usesIn(file: string, by: string): Use[] {
  const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
  return [...text.matchAll(CALL)].map(([, plain, template = '', rest = '']) => ({
    by,
    name: plain ?? template.replaceAll(/\$\{[^}]*\}/g, '<…>'),
    unit: /'(Bytes|Milliseconds|Seconds)'/.exec(rest)?.[1] ?? 'Count',
  }));
}

const functions = readdirSync(join(PROJECT_ROOT, 'functions'));
const forOthers = FOR_OTHERS.flatMap((file) => usesIn(file, file));
const uses = [
  ...functions.flatMap((file) => usesIn(`functions/${file}`, file.replace(/\.ts$/, ''))),
  ...forOthers,
];

const family = (name: string) => name.replace(/<.*>$/, '<…>');
const listed = new Map(METRICS.map((metric) => [family(metric.name), metric]));

/** A listed family counts by names of its own too, such as a look-up that was throttled. */
const listedAs = (name: string) => listed.get(name) ?? listed.get(name.replace(/\.[^.]*$/, '.<…>'));

describe('the list of metrics', () => {
  it('has every metric that a function counts, with its unit', () => {
    expect(uses.length).toBeGreaterThan(20);
    for (const { by, name, unit } of uses) {
      const metric = listedAs(name);
      expect(metric, `${name} of ${by}`).toBeDefined();
      expect(metric?.unit, `${name} of ${by}`).toBe(unit);
      if (!FOR_OTHERS.includes(by)) expect(metric?.by, name).toContain(by);
    }
  });

  it('has none that nobody counts', () => {
    for (const { name, by } of METRICS) {
      if (forOthers.some((use) => use.name === name)) continue;
      const counted = uses.filter((use) => listedAs(use.name)?.name === name).map((use) => use.by);
      expect([...new Set(counted)].sort(), name).toEqual([...by].sort());
    }
  });

  it('has what the dashboard shows', () => {
    const [dashboard] = Object.values(
      templateOf().findResources('AWS::CloudWatch::Dashboard') as Record<
        string,
        { readonly Properties: { readonly DashboardBody: unknown } }
      >,
    );
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    const shown = [...body.matchAll(/MqttSessions\\+",\\+"([A-Za-z.]+)/g)].map(([, name = '']) => name);
    expect(shown.length).toBeGreaterThan(20);
    for (const name of shown) {
      const metric = listedAs(name);
      expect(metric, name).toBeDefined();
      if (metric?.outcomes !== undefined) expect(metric.outcomes).toContain(name.split('.').at(-1));
    }
  });

  it('is docs/metrics.md', async () => {
    await expect(metricDocument()).toMatchFileSnapshot('../../docs/metrics.md');
  });
});

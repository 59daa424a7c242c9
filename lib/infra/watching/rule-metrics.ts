import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/** As many metrics as one alarm takes. */
const METRICS_AN_ALARM = 10;

/** Messages that the rules engine did not give to rules, summed over as many rules as one alarm can watch. */
export function ruleThrottlesOf(ruleNames: readonly string[], period: Duration): readonly IMetric[] {
  const starts = ruleNames.flatMap((_, index) => (index % METRICS_AN_ALARM === 0 ? [index] : []));
  return starts.map((start) => sumOver(ruleNames.slice(start, start + METRICS_AN_ALARM), period));
}

function sumOver(ruleNames: readonly string[], period: Duration): IMetric {
  const usingMetrics = Object.fromEntries(
    ruleNames.map((ruleName, index) => [
      `rule${index}`,
      new Metric({
        namespace: 'AWS/IoT',
        metricName: 'RuleMessageThrottled',
        dimensionsMap: { RuleName: ruleName },
        statistic: Stats.SUM,
        period,
      }),
    ]),
  );
  // A metric without data would leave the sum without data.
  const sum = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({ expression: sum.join(' + '), usingMetrics, period });
}

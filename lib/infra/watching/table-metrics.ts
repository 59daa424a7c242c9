import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { TABLE_DEFINITIONS } from '#store/table-definitions';

const REFUSED = ['ReadThrottleEvents', 'WriteThrottleEvents'] as const;

/** Names of the indexes of a table of this construct. */
function indexesOf(name: string): readonly string[] {
  const definition = Object.entries(TABLE_DEFINITIONS).find(([each]) => each === name)?.[1];
  return definition?.indexes.map(({ indexName }) => indexName) ?? [];
}

/** Requests that DynamoDB refused, to the table and to its indexes, which are counted apart. */
export function throttlesOf(name: string, table: TableV2, period: Duration): IMetric {
  const ofTable = { statistic: Stats.SUM, period };
  const metrics = [undefined, ...indexesOf(name)].flatMap((indexName) =>
    REFUSED.map((metricName) =>
      table.metric(metricName, {
        ...ofTable,
        ...(indexName !== undefined && {
          dimensionsMap: { TableName: table.tableName, GlobalSecondaryIndexName: indexName },
        }),
      }),
    ),
  );
  // One graph has the metrics of all tables, and no two by one name.
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`${name}${index}`, metric]));
  // A metric without data would leave the sum without data.
  const sum = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({ expression: sum.join(' + '), usingMetrics, period, label: name });
}

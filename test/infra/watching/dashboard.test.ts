import { expect, test } from 'vitest';
import type { DropReason } from '#session/delivery/drop-reasons';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const TYPE = 'AWS::CloudWatch::Dashboard';
const PATH = 'Operations/Dashboard';
const template = templateOf();

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly endpoint?: string;
    readonly alarms?: readonly string[];
    readonly updateOn?: Readonly<Record<string, boolean>>;
  };
}

/** The body with what CloudFormation fills in as `<logical id.attribute>`. */
function widgetsOf(of: typeof template): readonly Widget[] {
  const body = resourceAt(of, TYPE, PATH).Properties['DashboardBody'] as {
    readonly 'Fn::Join': readonly [string, readonly (string | Record<string, unknown>)[]];
  };
  const text = body['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : `<${Object.values(part).flat().join('.')}>`))
    .join('');
  return (JSON.parse(text) as { readonly widgets: readonly Widget[] }).widgets;
}

const widgets = widgetsOf(template);
const titled = (title: string) => widgets.find(({ properties }) => properties.title === title);

/** Names of the metrics of a namespace. */
function metricsIn(of: readonly Widget[], namespace: string): string[] {
  const metrics = of.flatMap(({ properties }) => properties.metrics ?? []);
  return metrics.filter(([each]) => each === namespace).map(([, name]) => String(name));
}

test('there is one dashboard, with a name of the stack’s own', () => {
  expect(Object.keys(resourcesByPath(template, TYPE))).toEqual([PATH]);
  expect(resourceAt(template, TYPE, PATH).Properties['DashboardName']).toBeUndefined();
});

test('no two widgets lie over each other, and none beside the grid', () => {
  const cells = widgets.flatMap(({ x, y, width, height }) =>
    Array.from(
      { length: width * height },
      (_, index) => `${x + (index % width)} ${y + Math.floor(index / width)}`,
    ),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBe(24);
});

test('it shows every alarm', () => {
  const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
  expect([...(titled('Alarms')?.properties.alarms ?? [])].sort()).toEqual(
    alarms.map((id) => `<${id}.Arn>`).sort(),
  );
});

test('a session is looked up by the function Widget, again when the dashboard is refreshed', () => {
  expect(titled('Session look-up')).toMatchObject({
    type: 'custom',
    properties: {
      endpoint: `<${logicalIdAt(template, 'AWS::Lambda::Function', 'Widget')}.Arn>`,
      updateOn: { refresh: true, resize: false, timeRange: false },
    },
  });
});

test('it shows failures and time of each function, the age of each queue, what each table refused', () => {
  const functions = Object.keys(resourcesByPath(template, 'AWS::Lambda::Function'));
  const lambda = metricsIn(widgets, 'AWS/Lambda');
  expect(lambda.filter((name) => name === 'Errors')).toHaveLength(functions.length);
  expect(lambda.filter((name) => name === 'Duration')).toHaveLength(functions.length);
  const queues = Object.keys(resourcesByPath(template, 'AWS::SQS::Queue')).length - 1;
  const ages = metricsIn(widgets, 'AWS/SQS').filter((name) => name === 'ApproximateAgeOfOldestMessage');
  expect(ages).toHaveLength(queues);
  const tables = Object.keys(resourcesByPath(template, 'AWS::DynamoDB::GlobalTable'));
  const sums = titled('Requests that tables refused')?.properties.metrics?.filter(
    ([first]) => typeof first === 'object',
  );
  expect(sums).toHaveLength(tables.length);
});

test('what the functions count is found under the namespace and service that they use', () => {
  const own = widgetsOf(
    templateOf({
      environment: { POWERTOOLS_METRICS_NAMESPACE: 'Fleet', POWERTOOLS_SERVICE_NAME: 'north' },
    }),
  );
  expect(metricsIn(widgets, 'MqttSessions').length).toBeGreaterThan(20);
  expect(metricsIn(own, 'Fleet')).toEqual(metricsIn(widgets, 'MqttSessions'));
  const [metric] = own.flatMap(({ properties }) => properties.metrics ?? []);
  expect(metric?.slice(0, 4)).toEqual(['Fleet', 'Fleet.connected', 'service', 'north']);
});

test('each reason of a drop has its line', () => {
  const reasons: Readonly<Record<DropReason, true>> = {
    overflowMessages: true,
    overflowBytes: true,
    expired: true,
    notAuthorized: true,
    tooLarge: true,
    refused: true,
    operator: true,
  };
  const shown = metricsIn(widgets, 'MqttSessions').filter((name) => name.startsWith('Messages.dropped.'));
  expect(shown.sort()).toEqual(
    Object.keys(reasons)
      .map((reason) => `Messages.dropped.${reason}`)
      .sort(),
  );
});

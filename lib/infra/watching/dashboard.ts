import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  CustomWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DROP_REASONS } from '#session/delivery/drop-reasons';
import { METRICS_NAMESPACE, SERVICE_NAME, EnvironmentVariable as Variable } from '../names.ts';
import { Runbook } from './runbooks.ts';
import { throttlesOf } from './table-metrics.ts';
import { ageOf, capitalized, iteratorAgeOf, PERIOD, type WatchedResources } from './watches.ts';

export interface SessionDashboardProps extends WatchedResources {
  readonly alarms: readonly Alarm[];
  readonly operationsGuide: string;
  /** Variables that the functions get besides their own, which may name another namespace and service. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The grid of a dashboard is so wide. */
const FULL = 24;
const THIRD = 8;
const QUARTER = 6;
const WIDGET_HEIGHT = 14;

/** What the functions count, failures, queues and tables, and a look at one session. */
export class SessionDashboard extends Construct {
  readonly dashboard: Dashboard;
  private readonly props: SessionDashboardProps;

  constructor(scope: Construct, id: string, props: SessionDashboardProps) {
    super(scope, id);
    this.props = props;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      widgets: [this.head(), this.fleet(), this.sessions(), this.messages(), this.delivery(), this.health()],
    });
  }

  /** A metric of the functions themselves. */
  private counted(name: string, label: string, statistic: string = Stats.SUM): IMetric {
    const { environment } = this.props;
    return new Metric({
      namespace: environment[Variable.metricsNamespace] ?? METRICS_NAMESPACE,
      metricName: name,
      dimensionsMap: { service: environment[Variable.serviceName] ?? SERVICE_NAME },
      statistic,
      label,
      period: Duration.minutes(1),
    });
  }

  private counts(prefix: string, names: readonly string[]): IMetric[] {
    return names.map((name) => this.counted(`${prefix}.${name}`, name));
  }

  private head(): IWidget[] {
    const { operationsGuide, alarms } = this.props;
    return [
      new TextWidget({
        markdown: `# MQTT sessions\nWhat to do when an alarm is raised: ${operationsGuide}#${Runbook.deadLetters} and the sections behind it.`,
        width: THIRD,
        height: 4,
      }),
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: FULL - THIRD, height: 4 }),
    ];
  }

  private fleet(): IWidget[] {
    const latest = (name: string, label: string) => this.counted(`Fleet.${name}`, label, Stats.MAXIMUM);
    return [
      new SingleValueWidget({
        title: 'Fleet, as the last survey has it',
        metrics: [
          latest('connected', 'connected'),
          latest('disconnected', 'away'),
          latest('waitingMessages', 'waiting messages'),
          latest('waitingBytes', 'waiting bytes'),
        ],
        width: THIRD,
        height: WIDGET_HEIGHT,
      }),
      new CustomWidget({
        title: 'Session look-up',
        functionArn: this.props.functions.widget.functionArn,
        // The form and the client that was looked up would be gone with each change of size or time.
        updateOnResize: false,
        updateOnTimeRangeChange: false,
        width: FULL - THIRD,
        height: WIDGET_HEIGHT,
      }),
    ];
  }

  private sessions(): IWidget[] {
    return [
      graph('Sessions begun and taken over', this.counts('Sessions', ['started', 'resumed', 'takenOver'])),
      graph('Sessions left and ended', this.counts('Sessions', ['disconnected', 'expired', 'ended'])),
      graph('Sessions by status', [
        this.counted('Fleet.connected', 'connected', Stats.MAXIMUM),
        this.counted('Fleet.disconnected', 'away', Stats.MAXIMUM),
      ]),
    ];
  }

  private messages(): IWidget[] {
    return [
      graph('Messages', this.counts('Messages', ['appended', 'delivered', 'redelivered'])),
      graph('Messages dropped, by reason', this.counts('Messages.dropped', DROP_REASONS)),
      graph('Age of the oldest message when it is delivered (ms)', [
        this.counted('Messages.oldestAge', 'median', Stats.percentile(50)),
        this.counted('Messages.oldestAge', 'p99', Stats.percentile(99)),
      ]),
    ];
  }

  private delivery(): IWidget[] {
    const { deadLetters: _, ...work } = this.props.queues;
    return [
      graph('Delivery runs', this.counts('Pump', ['complete', 'unfinished', 'busy', 'nothing']), QUARTER),
      graph(
        'Time of a delivery run (ms)',
        [
          this.counted('Pump.duration', 'median', Stats.percentile(50)),
          this.counted('Pump.duration', 'p99', Stats.percentile(99)),
        ],
        QUARTER,
      ),
      graph(
        'Look-ups at the broker',
        this.counts('LookUp', ['throttled', 'failed', 'gaveUp', 'repaired']),
        QUARTER,
      ),
      graph('Age of the oldest request in a queue (s)', Object.values(work).map(ageOf), QUARTER),
    ];
  }

  private health(): IWidget[] {
    const { functions, tables, queues } = this.props;
    const each = Object.entries(functions);
    const called = (name: string, metric: Metric) => metric.with({ label: capitalized(name) });
    return [
      graph(
        'Invocations that failed',
        each.map(([name, target]) => called(name, target.metricErrors({ period: PERIOD }))),
        QUARTER,
      ),
      graph(
        'Time of an invocation, p99 (ms)',
        each.map(([name, target]) =>
          called(name, target.metricDuration({ period: PERIOD, statistic: Stats.percentile(99) })),
        ),
        QUARTER,
      ),
      graph(
        'Late at the stream (ms), dead letters',
        [
          iteratorAgeOf(functions.expire),
          iteratorAgeOf(functions.record),
          queues.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
        ],
        QUARTER,
      ),
      graph(
        'Requests that tables refused',
        Object.entries(tables).map(([name, table]) => throttlesOf(name, table, PERIOD)),
        QUARTER,
      ),
    ];
  }
}

function graph(title: string, left: IMetric[], width: number = THIRD): IWidget {
  return new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 } });
}

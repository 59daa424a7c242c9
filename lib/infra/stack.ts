import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MqttSessions, type MqttSessionsProps } from './mqtt-sessions.ts';

export interface MqttSessionsStackProps extends StackProps {
  readonly sessions: MqttSessionsProps;
}

/** A stack with one installation in it, for accounts that have no CDK app of their own to put it into. */
export class MqttSessionsStack extends Stack {
  readonly sessions: MqttSessions;

  constructor(scope: Construct, id: string, { sessions, ...props }: MqttSessionsStackProps) {
    super(scope, id, { description: 'Durable MQTT sessions beside AWS IoT Core', ...props });
    this.sessions = new MqttSessions(this, 'Sessions', sessions);
    this.addOutputs();
  }

  private addOutputs(): void {
    const { tables, functions, events, deadLetters, dashboard, api, console } = this.sessions;
    const output = (id: string, value: string, description: string) =>
      new CfnOutput(this, id, { value, description });
    output('SessionsTable', tables.sessions.tableName, 'One item a client: its session');
    output('SubscriptionsTable', tables.subscriptions.tableName, 'The subscriptions of the sessions');
    output('RoutesTable', tables.routes.tableName, 'The filters with at least one durable subscriber');
    output('MessagesTable', tables.messages.tableName, 'The message log');
    output('InflightTable', tables.inflight.tableName, 'What is under way to and from each client');
    output('HistoryTable', tables.history.tableName, 'What happened to each session');
    output('StatisticsTable', tables.statistics.tableName, 'Counts of the fleet, advice, operations');
    output('LifecycleFunction', functions.lifecycle.functionName, 'Takes lifecycle events');
    output('IngestFunction', functions.ingest.functionName, 'Takes the messages of the durable topics');
    output('DeliverFunction', functions.deliver.functionName, 'Delivers what a session missed');
    output('ExpireFunction', functions.expire.functionName, 'Cleans up after sessions that ended');
    output('PacketsFunction', functions.packets.functionName, 'The MQTT server of the packet edge');
    output('ApiFunction', functions.api.functionName, 'Answers what operators ask');
    output('SurveyFunction', functions.survey.functionName, 'Looks at a part of the sessions each minute');
    output('WidgetFunction', functions.widget.functionName, 'Shows a session on the dashboard');
    output('Dashboard', dashboard.dashboardName, 'The dashboard in CloudWatch');
    output('RecordFunction', functions.record.functionName, 'Records, publishes and counts what happens');
    output('EventBus', events.eventBusName, 'Where what happens to sessions is published');
    output('DeadLettersQueue', deadLetters.queueUrl, 'Everything refused or exhausted');
    output('ApiUrl', api.url, 'The session API');
    if (api.policies !== undefined) {
      const { read, write } = api.policies;
      output('ApiReadPolicy', read.managedPolicyArn, 'For who may look at sessions through the API');
      output('ApiWritePolicy', write.managedPolicyArn, 'For who may change sessions through the API');
    }
    if (console === undefined) return;
    output('ConsoleUrl', console.url, "The operators' page");
    if (console.userPool !== undefined) {
      output('ConsoleUserPool', console.userPool.userPoolId, 'Where an administrator adds operators');
    }
  }
}

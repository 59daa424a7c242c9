import { AwsServer } from './aws/aws-server.ts';
import { Cloud, type Started } from './cloud.ts';
import type { CloudOptions } from './cloud-options.ts';
import { DynamoDbProxy } from './dynamodb/dynamodb-proxy.ts';
import { openDynamoDb } from './dynamodb/open-dynamodb.ts';
import { Tables } from './dynamodb/tables.ts';
import { TimeToLive } from './dynamodb/time-to-live.ts';
import type { Endpoints } from './endpoints-file.ts';
import { EventBuses } from './events/event-buses.ts';
import { Callers } from './iam/callers.ts';
import { Gate } from './iam/gate.ts';
import { Roles } from './iam/roles.ts';
import { IotCore } from './iot/iot-core.ts';
import type { IotDisturbance } from './iot/options.ts';
import { Functions } from './lambda/functions.ts';
import { LocalListeners } from './listener/local-listeners.ts';
import { refuseTakenPorts } from './ports.ts';
import { createStack, type StackResources } from './resources/stack-resources.ts';
import { Queues } from './sqs/queues.ts';
import { SqsApi } from './sqs/sqs-api.ts';
import { readAssembly } from './template/assembly.ts';
import { LOCAL_ENVIRONMENT } from './template/template.ts';
import { Undo } from './undo.ts';
import { startWebServers } from './web/web-servers.ts';

export type { CloudOptions } from './cloud-options.ts';

const DEFAULTS = {
  timeToLiveDelaySeconds: 2,
  failureDelaySeconds: 1,
  concurrency: 8,
  apiAuthorization: 'operator',
} as const;

/**
 * Starts the stack of an assembly on this machine. Every port is free unless given, so many can run at once.
 *
 * @example const cloud = await startCloud({ assemblyDirectory: await synthesize({ configuration }) })
 * @throws LocalCloudError if it cannot run; nothing is left running then
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const undo = new Undo();
  try {
    return await start(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(options: CloudOptions, undo: Undo): Promise<Cloud> {
  const { awsPort = 0, chaos, observe = () => {} } = options;
  const settings = { ...DEFAULTS, ...options };
  const environment = LOCAL_ENVIRONMENT;
  await refuseTakenPorts(options);
  const server = new AwsServer();
  const awsUrl = `http://127.0.0.1:${await server.listen(awsPort)}`;
  undo.add(() => server.stop());

  const [dynamoDb, assembly] = await bothOf(
    openDynamoDb(options, undo),
    Promise.resolve(options.assemblyDirectory).then(readAssembly),
  );

  const functions = new Functions(options.retryDelaysSeconds);
  undo.add(() => functions.stop());
  const queues = new Queues();
  const callers = new Callers();
  const roles = new Roles(environment);
  const tables = new Tables(dynamoDb, environment);
  const events = new EventBuses((busName, event) => observe({ kind: 'busEvent', busName, event }));
  const timeToLive = new TimeToLive(dynamoDb, tables.all, {
    delaySeconds: settings.timeToLiveDelaySeconds,
    observe: (tableName, key) => observe({ kind: 'removedByTimeToLive', tableName, key }),
  });
  const { stackName = assembly.stackName } = options;
  const stack = await createStack({
    assembly: { ...assembly, stackName },
    environment,
    awsUrl,
    functions,
    callers,
    roles,
    queues,
    tables,
    events,
    timeToLive,
    connection: dynamoDb,
    concurrency: settings.concurrency,
    failureDelaySeconds: settings.failureDelaySeconds,
    authorization: { mode: settings.apiAuthorization, callers, roles, environment },
    schedulePeriodSeconds: options.schedulePeriodSeconds,
    observeSend: (queueName, message) => observe({ kind: 'queued', queueName, message }),
    options: {
      concurrency: settings.concurrency,
      observeLog: (line) => observe({ kind: 'logged', line }),
      ...(chaos === undefined ? {} : { crashAfterMs: () => chaos.crashAfterMs() }),
    },
  });

  for (const [name, { secretAccessKey, policies }] of Object.entries(options.apiCallers ?? {})) {
    const arns = policies.map((policy) => stack.managedPolicies[policy] ?? policy);
    callers.add(name, { functionName: name, roleArn: roles.addOutsider(name, arns), secretAccessKey });
  }

  const iotCore = await startIotCore(options, { functions, queues });
  undo.add(() => iotCore.stop());
  for (const { arn: _, ...rule } of stack.rules) iotCore.putRule(rule);

  const proxy = new DynamoDbProxy({
    endpoint: dynamoDb.endpoint,
    throttle: (operation, caller) => options.throttle?.(operation, caller) ?? chaos?.throttle(),
    observe: (request) => observe({ kind: 'dynamoDbRequest', ...request }),
  });
  undo.add(() => proxy.stop());
  server.serve({
    sqs: new SqsApi(queues, { environment, awsUrl }),
    events,
    functions,
    dynamoDb: proxy,
    gate: new Gate({
      callers,
      roles,
      environment,
      observe: (name, message) => functions.find(name)?.note(deniedLine(message)),
    }),
    iotDataPlane: (request, response) => iotCore.handleRequest(request, response),
  });
  for (const name of functions.names()) functions.get(name).warm();
  for (const source of [...stack.eventSources, timeToLive]) {
    source.start();
    undo.add(() => source.stop());
  }
  const listeners = await startListeners(options, { stack, callers, roles, awsUrl });
  undo.add(() => listeners?.stop());
  const web = await startWebServers(stack, options, undo);
  const endpoints = endpointsOf(stack, {
    ...web,
    mqtt: `mqtt://127.0.0.1:${iotCore.port}`,
    ...(listeners && { packets: listeners.first.url, packetsWs: listeners.first.wsUrl }),
    aws: awsUrl,
    dynamodb: dynamoDb.endpoint,
  });
  return new Cloud({ endpoints, functions, queues, events, timeToLive, dynamoDb, iotCore, listeners }, undo);
}

/** AWS IoT Core, with the functions and queues that its rules reach. */
function startIotCore(
  options: CloudOptions,
  { functions, queues }: Pick<Started, 'functions' | 'queues'>,
): Promise<IotCore> {
  const { mqttPort = 0, persistentSessionExpirySeconds, observe = () => {} } = options;
  return IotCore.start({
    port: mqttPort,
    ...LOCAL_ENVIRONMENT,
    invokeFunction: async (functionArn, payload) => {
      functions.invokeLater(functionArn, JSON.stringify(payload));
      await functions.hasRoom(functionArn);
    },
    sendToQueue: async (queueUrl, body) => void queues.get(queueUrl).send(body),
    observe: (event) => observe({ kind: 'iot', event }),
    disturb: disturbance(options),
    ...(persistentSessionExpirySeconds !== undefined && { persistentSessionExpirySeconds }),
  });
}

interface ListenerSurroundings {
  readonly stack: StackResources;
  readonly callers: Callers;
  readonly roles: Roles;
  readonly awsUrl: string;
}

/** Undefined: the stack has no function for packets. */
async function startListeners(
  { packetPort = 0, packetWsPort = 0, observe = () => {} }: CloudOptions,
  { stack, ...surroundings }: ListenerSurroundings,
): Promise<LocalListeners | undefined> {
  const { packets: functionName } = stack.functions;
  if (functionName === undefined) return undefined;
  return LocalListeners.start(
    { port: packetPort, wsPort: packetWsPort },
    {
      ...surroundings,
      functionName,
      environment: LOCAL_ENVIRONMENT,
      log: (...logged) => observe({ kind: 'listener', logged }),
    },
  );
}

/** As the functions themselves log, so that it is shown as they are. */
function deniedLine(message: string): string {
  return JSON.stringify({ level: 'ERROR', message: `AccessDenied: ${message}` });
}

function endpointsOf(
  stack: StackResources,
  addresses: Pick<Endpoints, 'mqtt' | 'packets' | 'packetsWs' | 'api' | 'console' | 'aws' | 'dynamodb'>,
): Endpoints {
  const { tables, functions, queues, eventBuses } = stack;
  const [eventBus = 'default'] = Object.values(eventBuses);
  return { ...addresses, region: LOCAL_ENVIRONMENT.region, tables, functions, queues, eventBus };
}

function disturbance({ chaos, disturb }: CloudOptions): IotDisturbance {
  return {
    delayEventMs: () => (disturb?.delayEventMs?.() ?? 0) + (chaos?.delayEventMs() ?? 0),
    duplicateEvent: () => disturb?.duplicateEvent?.() === true || chaos?.duplicateEvent() === true,
    failRequest: (operation, clientId) => disturb?.failRequest?.(operation, clientId) ?? chaos?.failRequest(),
  };
}

/**
 * DynamoDB Local starts beside the synthesis. If it cannot, that is said at once; if the synthesis fails, the
 * other is waited for, so that it can be ended.
 */
async function bothOf<First, Second>(
  toBeUndone: Promise<First>,
  other: Promise<Second>,
): Promise<[First, Second]> {
  other.catch(() => {});
  return [await toBeUndone, await other];
}

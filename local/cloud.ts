import type { DynamoDbConnection } from './dynamodb/connection.ts';
import type { TimeToLive } from './dynamodb/time-to-live.ts';
import type { Endpoints } from './endpoints-file.ts';
import type { EventBuses } from './events/event-buses.ts';
import type { IotCore } from './iot/iot-core.ts';
import type { Functions } from './lambda/functions.ts';
import type { LambdaFunction } from './lambda/lambda-function.ts';
import type { LocalListener, LocalListenerPorts } from './listener/local-listener.ts';
import type { LocalListeners } from './listener/local-listeners.ts';
import type { Queue } from './sqs/queue.ts';
import type { Queues } from './sqs/queues.ts';
import type { Undo } from './undo.ts';

/** What a cloud is made of when it has started. */
export interface Started {
  readonly endpoints: Endpoints;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly events: EventBuses;
  readonly timeToLive: TimeToLive;
  readonly dynamoDb: DynamoDbConnection;
  readonly iotCore: IotCore;
  readonly listeners: LocalListeners | undefined;
}

/** The whole stack, running in this process and one of DynamoDB Local. */
export class Cloud {
  readonly endpoints: Endpoints;
  readonly events: EventBuses;
  readonly timeToLive: TimeToLive;
  readonly dynamoDb: DynamoDbConnection;
  readonly iotCore: IotCore;
  private readonly functions: Functions;
  private readonly queues: Queues;
  private readonly listeners: LocalListeners | undefined;
  private readonly undo: Undo;

  constructor(started: Started, undo: Undo) {
    this.endpoints = started.endpoints;
    this.functions = started.functions;
    this.queues = started.queues;
    this.listeners = started.listeners;
    this.events = started.events;
    this.timeToLive = started.timeToLive;
    this.dynamoDb = started.dynamoDb;
    this.iotCore = started.iotCore;
    this.undo = undo;
  }

  /** @example await cloud.function('deliver').kill() */
  function(name: string): LambdaFunction {
    return this.functions.get(this.endpoints.functions[name] ?? name);
  }

  /** @example cloud.queue('DeadLetters').list() */
  queue(name: string): Queue {
    return this.queues.get(this.endpoints.queues[name] ?? name);
  }

  /** The listener of the packet edge with which the cloud has started. */
  get listener(): LocalListener {
    return this.packetEdge().first;
  }

  /** @example const second = await cloud.startListener(); cloud.listener.kill() */
  startListener(ports: LocalListenerPorts = {}): Promise<LocalListener> {
    return this.packetEdge().add(ports);
  }

  /** Calls a function as Lambda's asynchronous invocation does, with retries. */
  invokeLater(name: string, event: unknown): void {
    this.functions.invokeLater(this.endpoints.functions[name] ?? name, JSON.stringify(event));
  }

  /**
   * Whether no asynchronous invocation waits or runs and, beside the dead letters, no queue holds a message;
   * one that is delayed for longer than so many seconds does not count.
   */
  isIdle(withinSeconds = Number.POSITIVE_INFINITY): boolean {
    const working = this.queues.list().filter(({ options }) => options.redrive !== undefined);
    return this.functions.pending() === 0 && working.every((queue) => !queue.isBusy(withinSeconds));
  }

  private packetEdge(): LocalListeners {
    if (this.listeners !== undefined) return this.listeners;
    throw new Error('The stack has no function packets, so nothing listens for it');
  }

  /** Ends everything that was started, in reverse order. */
  async stop(): Promise<void> {
    await this.undo.run();
  }
}

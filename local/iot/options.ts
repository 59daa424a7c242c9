import type { RuleAction } from './rules/rule.ts';

export type { RuleAction };

export interface IotCoreOptions {
  /** 0 takes any free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  accountId: string;
  region: string;
  /**
   * Asynchronous invocation: takes the event at once, and resolves when the function's queue has room for the
   * next one. Until then no more is read from the connection whose message it was.
   */
  invokeFunction(functionArn: string, payload: unknown): Promise<void>;
  sendToQueue(queueUrl: string, body: string): Promise<void>;
  /** Quota of MQTT 3.1.1 sessions, and the most that an MQTT 5 client gets. Default 3600. */
  persistentSessionExpirySeconds?: number;
  /** Redelivery after a session is resumed. Default 10. */
  storedMessagesPerSecond?: number;
  /** Absence after which version numbers begin at 0 again. Default 3600. */
  versionResetSeconds?: number;
  /** The policy on connecting; a refusal makes a connect_failed event. Default: everyone may. */
  authorize?(request: ConnectRequest): boolean;
  disturb?: IotDisturbance;
  observe?(event: IotObservation): void;
  clock?: () => number;
  /** From 0 to below 1: which member of a shared subscription gets a message. */
  random?: () => number;
}

export interface ConnectRequest {
  clientId: string;
  username?: string;
  persistent: boolean;
  willTopic?: string;
}

/** What may go wrong on purpose. Each function is asked once a lifecycle event, rule invocation or request. */
export interface IotDisturbance {
  delayEventMs?(): number;
  duplicateEvent?(): boolean;
  failRequest?(
    operation: string,
    clientId: string,
  ): undefined | { status: number; errorType: string; message: string };
}

/** What has happened, for who looks on. */
export type IotObservation =
  | {
      kind: 'connected';
      clientId: string;
      protocolVersion: 4 | 5;
      cleanSession: boolean;
      sessionPresent: boolean;
      versionNumber: number;
    }
  | { kind: 'disconnected'; clientId: string; reason: DisconnectReason; versionNumber: number }
  | { kind: 'published'; clientId?: string; topic: string; qos: 0 | 1; bytes: number }
  | { kind: 'directMessage'; clientId: string; topic: string; bytes: number; status: number }
  | { kind: 'subscribed' | 'unsubscribed'; clientId: string; topics: readonly string[] }
  | { kind: 'ruleFired'; ruleName: string; topic: string }
  | { kind: 'ruleFailed'; ruleName: string; topic: string; reason: string }
  | { kind: 'refused'; clientId?: string; reason: string };

/** The names of the lifecycle events' `disconnectReason` that this broker has a cause for. */
export type DisconnectReason =
  | 'API_INITIATED_DISCONNECT'
  | 'CLIENT_ERROR'
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'FORBIDDEN_ACCESS'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_INITIATED_DISCONNECT';

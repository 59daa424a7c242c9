import { LIMITS } from './limits.ts';
import type { DisconnectReason } from './options.ts';

/** What GetConnection and the lifecycle events tell of a connection. */
export interface ConnectionRecord {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly sessionIdentifier: string;
  readonly versionNumber: number;
  readonly principalIdentifier: string;
  readonly keepAliveSeconds: number;
  readonly connectedAtMs: number;
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly targetIp: string;
  readonly targetPort: number;
  /** May change with DISCONNECT. */
  sessionExpirySeconds: number;
  ended?: { atMs: number; reason: DisconnectReason };
}

/** The latest connection of each client, also for half an hour after its end. */
export class ConnectionRecords {
  readonly #records = new Map<string, ConnectionRecord>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  add(record: ConnectionRecord): void {
    this.#records.set(record.clientId, record);
  }

  find(clientId: string): ConnectionRecord | undefined {
    return this.#records.get(clientId);
  }

  isRecent(record: ConnectionRecord): boolean {
    return record.ended === undefined || record.ended.atMs + LIMITS.connectionRecordMs > this.#clock();
  }
}

import type { DisconnectingBroker } from '#broker/broker';
import type { EdgeDependencies } from '#edge/dependencies';
import type { SignalSender } from '#packet-edge/dependencies';
import type { FlowStore } from '#store/flows';
import type { MessageLog } from '#store/message-log';

/** What somebody did who is no device, as the history of the client keeps it. */
export interface ActEntry {
  readonly clientId: string;
  readonly atMs: number;
  /** Tells it from other acts of the same time. */
  readonly id: string;
  readonly type: 'operator';
  readonly act: string;
  /** Who did it: an IAM ARN or the subject of a token. */
  readonly actor: string;
  readonly incarnation?: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

/** What operators' acts work with. */
export interface OperatorDependencies extends EdgeDependencies {
  readonly broker: DisconnectingBroker;
  readonly flows: FlowStore;
  readonly log: MessageLog;
  readonly signalSender: SignalSender;
  readonly history: { append(entries: readonly ActEntry[]): Promise<void> };
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Unique for ever. */
  readonly newId: () => string;
}

/** Who acts. */
export interface Operator {
  /** An IAM ARN or the subject of a token; as the history names them. */
  readonly actor: string;
}

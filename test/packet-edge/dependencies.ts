import { setTimeout } from 'node:timers/promises';
import type { PacketEdgeDependencies } from '#packet-edge/dependencies';
import type { Signal } from '#packets/carrying/exchange';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS, type Settings } from '#session/configuration/settings';
import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import { createWillMessages } from '#store/messages/will-messages';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createListenerStore } from '#store/routes/listeners';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareAssignments } from '#store/share-groups/share-assignments';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createAcceptance } from '#store/transactions/acceptance';
import { RecordedRequests } from '#test/edge/world/recorded-requests';
import type { TestTables } from '#test/store/dynamodb/tables';

export interface TestEdge extends PacketEdgeDependencies {
  readonly requests: RecordedRequests;
  readonly sentSignals: { readonly address: string; readonly signals: readonly Signal[] }[];
  /** Of listeners whose queues were removed. */
  readonly removedAddresses: readonly string[];
}

export interface TestEdgeOptions {
  readonly policy?: Partial<SessionPolicy>;
  readonly settings?: Partial<Settings>;
  readonly clock?: () => number;
  readonly sleep?: PacketEdgeDependencies['sleep'];
  readonly onSignals?: (address: string, signals: readonly Signal[]) => void;
}

async function waited(milliseconds: number): Promise<void> {
  await setTimeout(milliseconds);
}

/** The packet edge on real stores; signals and requests can be looked into. */
export function packetEdge(
  { names, newClient }: Pick<TestTables, 'names' | 'newClient'>,
  { policy, settings, clock = Date.now, sleep = waited, onSignals = () => {} }: TestEdgeOptions = {},
): TestEdge {
  const client = newClient();
  const configuration = {
    policies: [{ ...FOLLOW_BROKER, ...policy }],
    settings: { ...DEFAULT_SETTINGS, ...settings },
  };
  const { settleSeconds, maximumShapes } = configuration.settings;
  const routes = createRouteStore(client, names.routes, { clock, maximumShapes });
  const sentSignals: TestEdge['sentSignals'] = [];
  const removedAddresses: string[] = [];
  return {
    sessions: createSessionStore(client, names.sessions),
    sessionIndex: createSessionIndex(client, names.sessions),
    subscriptions: createSubscriptionStore(client, names.subscriptions, { clock }),
    routes,
    router: createRouter(routes, { clock, cacheMs: 0, consistent: true }),
    flows: createFlowStore(client, names.inflight),
    acceptance: createAcceptance(client, names, { settleSeconds, clock }),
    log: createMessageLog(client, names.messages, { settleSeconds, clock }),
    retained: createRetainedMessages(client, names.messages, { clock }),
    assignments: createShareAssignments(client, names.messages, { clock }),
    wills: createWillMessages(client, names.messages),
    listeners: createListenerStore(client, names.routes),
    requests: new RecordedRequests(),
    sentSignals,
    removedAddresses,
    signalSender: {
      async send(address, signals) {
        sentSignals.push({ address, signals });
        onSignals(address, signals);
      },
      async remove(address) {
        removedAddresses.push(address);
      },
    },
    report: () => {},
    configuration,
    clock,
    sleep,
  };
}

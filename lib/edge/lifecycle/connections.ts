import { choosePolicy } from '#session/configuration/policy';
import type { Connection } from '#session/life/connection';
import { DISCONNECT_REASON } from '#session/life/disconnect-reason';
import { afterChange } from '../after-change.ts';
import { changeSession } from '../change-session.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { backoffSeconds } from '../requests.ts';
import { doubtResumed } from './doubt-resumed.ts';
import type { ConnectedEvent, DisconnectedEvent } from './lifecycle-event.ts';
import { type BrokerFacts, lookUpBrokerSession, lookUpConnection } from './look-up.ts';
import { tellSession } from './notice.ts';

/** Before a failed look-up is tried again. */
export const LOOK_UP_RETRY_SECONDS = 15;

/** A client has connected: its session begins, or is resumed, or is taken over. */
export async function handleConnected(
  event: ConnectedEvent,
  dependencies: EdgeDependencies,
): Promise<string> {
  const { broker, configuration, sessions, requests, clock } = dependencies;
  const { clientId, sessionIdentifier, versionNumber, timestamp } = event;
  const connection: Connection = {
    sessionIdentifier,
    versionNumber,
    connectedAtMs: timestamp,
    seenAtMs: timestamp,
  };
  const direct = await lookUpConnection(clientId, connection, broker, clock());
  // Only a persistent session of the broker's own makes its earlier life matter.
  const prior = direct.facts.brokerCleanSession === false ? await sessions.get(clientId) : undefined;
  const { settings } = configuration;
  const lookedUp = await lookUpBrokerSession({ clientId, prior, connection }, direct, broker, settings);
  const change = await changeSession(
    clientId,
    {
      kind: 'connection',
      connection: { ...connection, ...lookedUp.facts },
      ...(event.ipAddress !== undefined && { ipAddress: event.ipAddress }),
      ...(event.principalIdentifier !== undefined && { principal: event.principalIdentifier }),
    },
    dependencies,
  );
  await afterChange(change, dependencies);
  const early = change.prior?.connections.find((each) => each.sessionIdentifier === sessionIdentifier);
  if (lookedUp.facts.brokerResumed === true && early !== undefined && early.connectedAtMs === undefined) {
    // Its SUBSCRIBE was handled before, so it came before the look-up.
    await doubtResumed(clientId, connection, dependencies);
  }
  if (lookedUp.failed)
    await requests.lookUp({ kind: 'lookUp', clientId, attempt: 1 }, backoffSeconds(1, LOOK_UP_RETRY_SECONDS));
  const { noticeTopic } = choosePolicy(configuration.policies, clientId);
  const { session } = change.transition;
  // A client that has connected anew since would take the notice for one of its new connection.
  if (noticeTopic !== undefined && session?.status === 'connected' && lookedUp.isPast !== true) {
    await tellSession(clientId, session, noticeTopic, broker, clock());
  }
  return change.transition.outcome;
}

/**
 * What the broker knows of a connection whose end is the first that is heard of it. Its interval may be the
 * broker's, and a session that ended for want of it could not be brought back.
 */
async function factsOfUnknown(
  clientId: string,
  connection: Connection,
  { broker, configuration, sessions, clock }: EdgeDependencies,
): Promise<BrokerFacts> {
  if (choosePolicy(configuration.policies, clientId).sessionExpiryInterval !== 'broker') return {};
  const { sessionIdentifier, versionNumber } = connection;
  const known = (await sessions.get(clientId))?.connections.find(
    (each) => each.sessionIdentifier === sessionIdentifier && each.versionNumber === versionNumber,
  );
  if (known?.brokerCleanSession !== undefined) return {};
  return (await lookUpConnection(clientId, known ?? connection, broker, clock())).facts;
}

/** A connection has ended: the session waits for its client, or ends with it when the interval is 0. */
export async function handleDisconnected(
  event: DisconnectedEvent,
  dependencies: EdgeDependencies,
): Promise<string> {
  const { sessionIdentifier, versionNumber, timestamp, disconnectReason } = event;
  const reason =
    disconnectReason ?? (event.clientInitiatedDisconnect ? DISCONNECT_REASON.byClient : undefined);
  const connection: Connection = {
    sessionIdentifier,
    versionNumber,
    seenAtMs: timestamp,
    disconnectedAtMs: timestamp,
    ...(reason !== undefined && { disconnectReason: reason }),
  };
  const facts = await factsOfUnknown(event.clientId, connection, dependencies);
  const sessionEvent = { kind: 'connection', connection: { ...connection, ...facts } } as const;
  const change = await changeSession(event.clientId, sessionEvent, dependencies);
  await afterChange(change, dependencies);
  return change.transition.outcome;
}

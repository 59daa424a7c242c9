import { type Change, changeSession } from '#edge/change-session';
import type { Carrier } from '#packets/carrying/exchange';
import { choosePacketPolicy, type SessionPolicy } from '#session/configuration/policy';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { newlyDelivered } from '#session/delivery/delivered-in-all';
import type { SessionEvent } from '#session/life/transition';
import type { SessionWill } from '#session/life/will';
import { newestConnection, type Session } from '#session/session';
import type { PacketEdgeDependencies } from '../dependencies.ts';

export function packetPolicy(configuration: SessionConfiguration, clientId: string): SessionPolicy {
  return choosePacketPolicy(configuration.policies, clientId);
}

/** As a session remembers where packets for its connection go. */
function carrierText(carrier: Carrier): string {
  return carrier.kind === 'iot' ? 'iot' : carrier.address;
}

export function carrierFrom(text: string): Carrier {
  return text === 'iot' ? { kind: 'iot' } : { kind: 'listener', address: text };
}

export interface ConnectFacts {
  readonly clientId: string;
  readonly connectionId: string;
  readonly carrier: Carrier;
  readonly atMs: number;
  readonly cleanStart: boolean;
  readonly sessionExpiryInterval: number;
  readonly keepAliveSeconds: number;
  readonly remoteAddress?: string;
  readonly principal?: string;
  readonly will?: SessionWill;
}

function change(
  clientId: string,
  event: Parameters<typeof changeSession>[1],
  dependencies: PacketEdgeDependencies,
): Promise<Change> {
  return changeSession(clientId, event, dependencies, packetPolicy(dependencies.configuration, clientId));
}

export interface Connected {
  readonly session: Session;
  readonly prior: Session | undefined;
  /** It was written before: by an instance that may have died, or while this one stood still. */
  readonly isAgain: boolean;
}

/**
 * The connection begins the session, resumes it or takes it over, in one write. Version numbers are ours here:
 * one more than the newest connection's. Done again, it changes nothing.
 */
export async function connectSession(
  facts: ConnectFacts,
  dependencies: PacketEdgeDependencies,
): Promise<Connected> {
  const { clientId, connectionId, atMs } = facts;
  const event = (prior: Session | undefined): SessionEvent => {
    const known = prior?.connections.find((each) => each.sessionIdentifier === connectionId);
    const newest = prior === undefined ? undefined : newestConnection(prior);
    const versionNumber = known?.versionNumber ?? (newest?.versionNumber ?? 0) + 1;
    return {
      kind: 'connection',
      connection: {
        sessionIdentifier: connectionId,
        versionNumber,
        connectedAtMs: atMs,
        seenAtMs: atMs,
        keepAliveSeconds: facts.keepAliveSeconds,
      },
      declaration: {
        atMs,
        cleanStart: facts.cleanStart,
        sessionExpiryInterval: facts.sessionExpiryInterval,
      },
      carrier: carrierText(facts.carrier),
      ...(facts.remoteAddress !== undefined && { ipAddress: facts.remoteAddress }),
      ...(facts.principal !== undefined && { principal: facts.principal }),
      ...(facts.will !== undefined && { will: facts.will }),
    };
  };
  const { transition, prior } = await change(clientId, event, dependencies);
  if (transition.session === undefined) throw new Error(`CONNECT of ${clientId} made no session`);
  dependencies.report({ clientId, what: 'connected', outcome: transition.outcome });
  return { session: transition.session, prior, isAgain: !transition.isChange };
}

export interface ConnectionEnd {
  readonly atMs: number;
  readonly reason: string;
  /** The life that the connection was part of. */
  readonly incarnation: string;
  /** As DISCONNECT has set it anew. */
  readonly sessionExpiryInterval?: number;
}

/**
 * The end of a connection, with the interval that DISCONNECT may have set, and with what the flow has delivered by
 * then: whoever tells the end, once or twice, tells the flow's own number.
 */
export async function disconnectSession(
  clientId: string,
  connectionId: string,
  end: ConnectionEnd,
  dependencies: PacketEdgeDependencies,
): Promise<Change> {
  const { atMs, reason, incarnation, sessionExpiryInterval } = end;
  const stored = await dependencies.flows.get(clientId);
  // A later life has a flow of its own, of which this connection knows nothing.
  const flow = stored?.incarnation === incarnation ? stored : undefined;
  const event = (prior: Session | undefined): SessionEvent => {
    const delivered = prior && newlyDelivered(prior, flow);
    return {
      kind: 'connection',
      connection: {
        sessionIdentifier: connectionId,
        seenAtMs: atMs,
        disconnectedAtMs: atMs,
        disconnectReason: reason,
        ...(delivered !== undefined && { delivered }),
      },
      ...(sessionExpiryInterval !== undefined && { declaration: { atMs, sessionExpiryInterval } }),
    };
  };
  const ended = await change(clientId, event, dependencies);
  dependencies.report({ clientId, what: 'disconnected', outcome: ended.transition.outcome, reason });
  return ended;
}

import type { Absence, ClientEvidence, SeenConnection } from '#advice/evidence';
import { FOLLOW_BROKER } from '#session/configuration/policy';

export const NOW_MS = Date.UTC(2026, 0, 31, 12);
export const HOUR_MS = 3_600_000;

/** A client of which nothing is to be said. */
export function clientEvidence(more: Partial<ClientEvidence> = {}): ClientEvidence {
  return {
    clientId: 'vehicle-7',
    status: 'connected',
    edge: 'lifecycle',
    policy: FOLLOW_BROKER,
    sessionExpiryInterval: 3_600,
    connections: [],
    absences: [],
    subscriptions: [],
    waitingMessages: 0,
    waitingBytes: 0,
    delivered: 0,
    drops: {},
    forbiddenTopics: [],
    ...more,
  };
}

/** Connections a minute apart that took each other over, the last one a minute ago. */
export function takeovers(
  sources: readonly Pick<SeenConnection, 'ipAddress' | 'principal'>[],
): SeenConnection[] {
  return sources.map((source, index) => ({
    ...source,
    atMs: NOW_MS - (sources.length - index) * 60_000,
    began: 'takenOver',
  }));
}

export function absence(hours: number, more: Partial<Absence> = {}): Absence {
  const fromMs = NOW_MS - 100 * HOUR_MS;
  return { fromMs, toMs: fromMs + hours * HOUR_MS, hadExpired: false, lostMessages: 0, ...more };
}

import type { Settings } from '../configuration/settings.ts';
import { joinDelivered } from '../delivery/delivered.ts';
import { later } from '../position.ts';
import type { Connection } from './connection.ts';
import { inOrder } from './connection-order.ts';

function isSame(known: Connection, fact: Connection): boolean {
  if (known.sessionIdentifier !== fact.sessionIdentifier) return false;
  return known.versionNumber === fact.versionNumber;
}

function findSame(known: readonly Connection[], fact: Connection): number {
  const exact = known.findIndex((connection) => isSame(connection, fact));
  if (exact >= 0) return exact;
  // Subscription events carry no version number: they and the event that has it speak of one connection.
  return known.findLastIndex(
    (connection) =>
      connection.sessionIdentifier === fact.sessionIdentifier &&
      (connection.versionNumber === undefined || fact.versionNumber === undefined),
  );
}

/**
 * Joins facts about one connection to what is known of all of them, in order. Invariant: the result is the
 * same for every order and any duplication of the same facts.
 */
export function joinConnection(
  known: readonly Connection[],
  fact: Connection,
  settings: Settings,
): Connection[] {
  const index = findSame(known, fact);
  const before = known[index];
  if (before === undefined) return inOrder([...known, fact], settings);
  const delivered = joinDelivered(before.delivered, fact.delivered);
  const joined: Connection = {
    ...withoutEnd(before),
    ...withoutEnd(fact),
    seenAtMs: Math.min(before.seenAtMs, fact.seenAtMs),
    // Once it is known that the broker's answer proved nothing, it stays so.
    ...(before.brokerResumed === false && { brokerResumed: false }),
    ...actsOf(before, fact),
    ...(delivered !== undefined && { delivered }),
  };
  return inOrder(known.with(index, joined), settings);
}

/** What operators did, from both: the first end stands, and the last of what was given up. */
function actsOf(one: Connection, other: Connection): Partial<Connection> {
  const givenUp = later(one.givenUpBefore ?? '', other.givenUpBefore ?? '');
  return {
    ...firstEnd(one, other),
    ...(givenUp !== '' && { givenUpBefore: givenUp }),
  };
}

/** With the operation whose end it is, if it is one's; of two at the same moment always the same. */
function firstEnd(one: Connection, other: Connection): Partial<Connection> {
  const oneMs = one.endedByOperatorAtMs ?? Number.POSITIVE_INFINITY;
  const otherMs = other.endedByOperatorAtMs ?? Number.POSITIVE_INFINITY;
  const isOnes =
    oneMs === otherMs ? (one.endedByOperation ?? '') <= (other.endedByOperation ?? '') : oneMs < otherMs;
  const { endedByOperatorAtMs, endedByOperation } = isOnes ? one : other;
  return {
    ...(endedByOperatorAtMs !== undefined && { endedByOperatorAtMs }),
    ...(endedByOperation !== undefined && { endedByOperation }),
  };
}

function withoutEnd({ endedByOperatorAtMs: _, endedByOperation: __, ...connection }: Connection) {
  return connection;
}

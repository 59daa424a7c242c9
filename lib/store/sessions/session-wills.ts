import type { DueWill, SessionWill, Wills } from '#session/life/will';
import { fullIdentifier, shortIdentifier } from '../encoding/identifiers.ts';
import { fullPosition, shortPosition } from '../encoding/positions.ts';
import type { StoredList } from '../encoding/stored-list.ts';

export interface StoredWills {
  readonly will?: StoredList;
  readonly dueWills?: readonly StoredList[];
}

/** `[connection, delaySeconds, position]` */
function willToList({ connection, delaySeconds, position, ...forgotten }: SessionWill): StoredList {
  forgotten satisfies Record<string, never>;
  return [shortIdentifier(connection), delaySeconds, shortPosition(position)];
}

function willFromList(list: StoredList): SessionWill {
  const [connection, delaySeconds, position] = list as [string, number, string];
  return { connection: fullIdentifier(connection), delaySeconds, position: fullPosition(position) };
}

/** The same, and `atMs` behind. */
function dueWillToList({ atMs, ...will }: DueWill): StoredList {
  return [...willToList(will), atMs];
}

function dueWillFromList(list: StoredList): DueWill {
  return { ...willFromList(list), atMs: list[3] as number };
}

export function willsToLists({ will, dueWills }: Wills): StoredWills {
  return {
    ...(will === undefined ? {} : { will: willToList(will) }),
    ...(dueWills === undefined ? {} : { dueWills: dueWills.map(dueWillToList) }),
  };
}

export function willsFromLists({ will, dueWills }: StoredWills): Wills {
  return {
    ...(will === undefined ? {} : { will: willFromList(will) }),
    ...(dueWills === undefined ? {} : { dueWills: dueWills.map(dueWillFromList) }),
  };
}

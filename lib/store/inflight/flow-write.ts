import { randomInt } from 'node:crypto';
import type { Flow } from '#session/flow/flow';
import type { Item } from '../requests/request.ts';
import { revisionPut } from '../requests/revision-put.ts';
import { fromItem, toItem } from './flow-item.ts';

export type FlowWrite =
  /** `flow` as it stands now, with its new revision. */
  | { readonly written: true; readonly flow: Flow }
  /** Another write came first; `current` is what it left, absent when the item has been removed. */
  | { readonly written: false; readonly current?: Flow };

const REVISIONS = 2 ** 47;

/**
 * The Put of a flow that still is at `expectedRevision`, undefined: if there is none. Revisions start at random,
 * so that a writer of an earlier life does not meet its own revision again.
 */
export function flowPut(table: string, flow: Flow, expectedRevision: number | undefined) {
  const stored: Flow = { ...flow, revision: (expectedRevision ?? randomInt(REVISIONS)) + 1 };
  return { stored, put: revisionPut(table, 'clientId', toItem(stored), expectedRevision) };
}

export function notWritten(item: Item | undefined): FlowWrite {
  return item === undefined ? { written: false } : { written: false, current: fromItem(item) };
}

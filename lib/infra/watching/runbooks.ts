/** The guide for operators, in which each alarm has a section on what to do. */
export const OPERATIONS_GUIDE = 'docs/operations.md';

/** Its sections on alarms, by their anchors. */
export const Runbook = {
  deadLetters: 'dead-letters-wait',
  ruleThrottled: 'a-rule-is-throttled',
  functionFails: 'a-function-fails',
  functionThrottled: 'a-function-is-throttled',
  queueOld: 'a-queue-is-not-worked-off',
  streamLate: 'a-stream-is-read-late',
  tableThrottles: 'a-table-throttles',
} as const;

export type RunbookAnchor = (typeof Runbook)[keyof typeof Runbook];

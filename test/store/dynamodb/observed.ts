import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Consumed, observeCapacity } from '#store/requests/capacity';

export interface Units {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of `writeUnits`, those of the indexes. */
  readonly indexUnits: number;
  readonly requests: readonly Consumed[];
}

/** Measures what the requests of a client use while something runs. */
export function observed(client: DynamoDBDocumentClient): (run: () => Promise<unknown>) => Promise<Units> {
  let requests: Consumed[] = [];
  observeCapacity(client, (consumed) => requests.push(consumed));
  return async (run) => {
    requests = [];
    await run();
    const sum = (unitsOf: (consumed: Consumed) => number) =>
      requests.reduce((total, consumed) => total + unitsOf(consumed), 0);
    return {
      readUnits: sum((consumed) => consumed.readUnits),
      writeUnits: sum((consumed) => consumed.writeUnits),
      indexUnits: sum(({ indexes }) => Object.values(indexes).reduce((total, units) => total + units, 0)),
      requests,
    };
  };
}

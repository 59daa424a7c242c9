import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from '#session/session';
import { lifeWithActs } from '../events/life-with-acts.ts';
import { live, rulesWith } from '../events/lifecycle-events.ts';
import { randomSeed } from '../random-seed.ts';

const hour = { sessionExpiryInterval: 3600 } as const;
const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;

/** As in the order of lifecycle events, which this is about. */
function meaningOf(session: Session | undefined) {
  if (session === undefined) return undefined;
  const { revision, connections, before, declarations, rehome, endedIncarnation, endReason, ...meaning } =
    session;
  return { ...meaning, sessionIdentifier: connections.at(-1)?.sessionIdentifier };
}

describe('the order of events and of acts', () => {
  it.each([
    ['a fixed interval', hour],
    ['an interval of 0', { sessionExpiryInterval: 0 }],
    ["the device's declarations", client],
    ["the broker's session", {}],
  ] as const)('does not matter with %s, nor does any duplication', (_, policy) => {
    fc.assert(
      fc.property(lifeWithActs, ({ events, disordered }) => {
        expect(meaningOf(live(disordered, rulesWith(policy)))).toEqual(
          meaningOf(live(events, rulesWith(policy))),
        );
      }),
      { seed: randomSeed, numRuns: 500 },
    );
  });
});

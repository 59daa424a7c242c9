import type { Advice } from './advice.ts';
import type { ClientEvidence } from './evidence.ts';
import { intervalTooLong } from './interval-too-long.ts';
import { intervalTooShort } from './interval-too-short.ts';
import { neverResumed } from './never-resumed.ts';
import { receivesNothingDelivered } from './receives-nothing-delivered.ts';
import { sharedClientId } from './shared-client-id.ts';

/** All that is to be said of a client, from what is recorded of it. */
export function adviseOnClient(evidence: ClientEvidence, nowMs: number): readonly Advice[] {
  const one = [
    sharedClientId(evidence, nowMs),
    intervalTooShort(evidence),
    intervalTooLong(evidence),
    neverResumed(evidence, nowMs),
  ];
  return [...one.filter((advice) => advice !== undefined), ...receivesNothingDelivered(evidence)];
}

import { expect } from 'vitest';
import type { ClientWorld } from './client-world.ts';

function delivered(world: ClientWorld, messageId: string): number {
  return world.deliveries.filter((delivery) => delivery.messageId === messageId).length;
}

export function expectNothingSkipped(world: ClientWorld): void {
  const skipped = world.publications.filter(
    (each) => each.fate === 'accepted' && !each.isLive && delivered(world, each.message.messageId) === 0,
  );
  expect(skipped.map(({ message }) => message)).toEqual([]);
}

/** First deliveries by the service come in the order of the log, but for what was logged too late to keep it. */
export function expectOrder(world: ClientWorld): void {
  const last = new Map<string, string>();
  const late = world.publications.filter(({ wasLate }) => wasLate).map(({ message }) => message.messageId);
  const seen = new Set(late);
  for (const { messageId, topic: on, position } of world.deliveries) {
    if (seen.has(messageId)) continue;
    seen.add(messageId);
    expect(position >= (last.get(on) ?? '')).toBe(true);
    last.set(on, position);
  }
}

/** A run that began before the end of a connection may still deliver after it. */
const LONGEST_RUN_MS = 45_000;

/** Once, and once more for each place it was logged at, crash, lost confirmation, and end of a connection. */
export function expectFewRepeats(world: ClientWorld): void {
  for (const { message, positions } of world.publications) {
    const { messageId } = message;
    const first = world.deliveries.find((each) => each.messageId === messageId)?.atMs ?? 0;
    const setBacks = world.connectionEndsMs.filter((endMs) => endMs + LONGEST_RUN_MS >= first).length;
    const lost = world.lostConfirmations.filter((each) => each === messageId).length;
    const allowed = positions.length + world.crashes + lost + setBacks;
    expect(delivered(world, messageId), messageId).toBeLessThanOrEqual(allowed);
  }
}

/** A message that the client may not have is counted with its reason, in the write that passes it. */
export function expectDropsCounted(world: ClientWorld): void {
  for (const reason of ['notAuthorized', 'tooLarge', 'refused'] as const) {
    const waited = world.publications.filter((each) => each.fate === reason && !each.wasHeard);
    const counted = world.session?.drops[reason] ?? 0;
    expect(counted, reason).toBeGreaterThanOrEqual(waited.length);
  }
}

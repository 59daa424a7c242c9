import { setTimeout as delay } from 'node:timers/promises';
import type { PacketsRequest } from '#packets/carrying/exchange';

/**
 * Resolves when the clock has passed the stamps of packets that are answered. Those of a burst run ahead of it, by
 * at most a millisecond a packet. Whoever acts on the answer is stamped later: a message that is published after a
 * SUBACK must not seem to be older than the subscription, which would not be owed it.
 */
export async function stampsPassed(packets: PacketsRequest['packets']): Promise<void> {
  const last = packets.at(-1);
  if (last === undefined) return;
  // However far the clock may have been set back.
  const latestMs = performance.now() + packets.length + 1;
  while (Date.now() <= last.receivedAtMs && performance.now() < latestMs) {
    await delay(Math.max(1, Math.min(last.receivedAtMs + 1 - Date.now(), latestMs - performance.now())));
  }
}

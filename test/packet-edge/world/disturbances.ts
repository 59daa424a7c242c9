import type { Fault } from './invocation.ts';
import type { Cut } from './link.ts';
import type { PacketWorld, WorldOptions } from './packet-world.ts';

/** What goes wrong in a run; the places are those of a run in which nothing does. */
export type Disturbance = Partial<Pick<WorldOptions, 'cuts' | 'faults' | 'twins'>>;

function at<Value>(index: number, value: Value): (Value | undefined)[] {
  return [...Array<undefined>(index), value];
}

/**
 * Each call of each invocation, and its answer, before and after it took effect, in each way.
 *
 * @param stallMs longer than a carrier waits
 */
export function* faultsOf(undisturbed: PacketWorld, stallMs = 0): Generator<Disturbance> {
  for (const [index, { calls }] of undisturbed.invocations.entries()) {
    for (const how of ['fails', 'dies', 'stalls'] as const)
      for (let call = 0; call <= calls; call += 1)
        for (const takesEffect of call === calls ? [true] : [false, true])
          for (const kills of how === 'dies' ? [false, true] : [false]) {
            const fault: Fault = { call, how, takesEffect, stallMs, ...(kills && { kills }) };
            yield { faults: at(index, fault) };
          }
  }
}

/** Each packet of each connection, in both directions: the last that arrives, or the first that is lost. */
export function* cutsOf(undisturbed: PacketWorld): Generator<Disturbance> {
  for (const [connection, { arrived }] of undisturbed.links.entries())
    for (const direction of ['up', 'down'] as const)
      for (let packets = 0; packets <= arrived[direction]; packets += 1)
        for (const when of ['arrived', 'next'] as const)
          for (const noticedMs of [0, 15, undefined])
            for (const kills of noticedMs === 0 ? [false, true] : [false]) {
              const cut: Cut = { direction, packets, when, noticedMs, ...(kills && { kills }) };
              yield { cuts: at(connection, cut) };
            }
}

/** Each invocation is made twice at once. */
export function* twinsOf(undisturbed: PacketWorld): Generator<Disturbance> {
  for (const index of undisturbed.invocations.keys()) yield { twins: at(index, true as const) };
}

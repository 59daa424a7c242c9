import fc from 'fast-check';
import type { Delivered } from '#session/delivery/delivered';
import type { SessionEvent } from '#session/life/transition';
import { lifeOfClient } from './lifecycle-events.ts';

/** What each end tells of the flow: each life begins a flow of its own, which only ever counts up. */
function told(events: readonly SessionEvent[], steps: readonly (readonly [boolean, number])[]) {
  let flow: Delivered = { incarnation: 'flow 0', messages: 0 };
  let ends = 0;
  return events.map((event): SessionEvent => {
    if (event.kind !== 'connection' || event.connection.disconnectedAtMs === undefined) return event;
    const [isNew, more] = steps[ends] ?? [false, 0];
    ends += 1;
    flow = {
      incarnation: isNew ? `flow ${ends}` : flow.incarnation,
      messages: more + (isNew ? 0 : flow.messages),
    };
    if (flow.messages === 0) return event;
    return { ...event, connection: { ...event.connection, delivered: flow } };
  });
}

/** A random life of a client of the packet edge, in true order, whose ends tell what its flows have delivered. */
export const lifeWithFlows = (connections: { minLength: number; maxLength: number }) =>
  fc
    .tuple(
      lifeOfClient(connections, 'for ever'),
      fc.array(fc.tuple(fc.boolean(), fc.nat(5)), { minLength: connections.maxLength }),
    )
    .map(([events, steps]) => told(events, steps));

/** All that the flows have delivered by the end. */
export function deliveredIn(events: readonly SessionEvent[]): number {
  const most = new Map<string, number>();
  for (const event of events) {
    const { incarnation = '', messages = 0 } =
      event.kind === 'connection' ? (event.connection.delivered ?? {}) : {};
    most.set(incarnation, Math.max(most.get(incarnation) ?? 0, messages));
  }
  return [...most.values()].reduce((sum, messages) => sum + messages, 0);
}

import { type Flow, startFlow } from '#session/flow/flow';
import { send } from '#session/flow/outbound';
import { type Position, positionOf } from '#session/position';
import { T0 } from '#test/session/events/lifecycle-events';

const START: Position = positionOf(T0, 'start');

export function newFlow(more: Partial<Flow> = {}): Flow {
  return { ...startFlow('client', '1:c1', 'c1', START), ...more };
}

/** The position of a message received so many milliseconds after the start. */
export function at(ms: number, messageId = `message ${ms}`): Position {
  return positionOf(T0 + ms, messageId);
}

/** A flow in which messages of these QoS were sent, one after the other. */
export function sent(levels: readonly (1 | 2)[], more: Partial<Flow> = {}): Flow {
  return levels.reduce<Flow>(
    (flow, qos, index) => send(flow, { log: 'a/#0', position: at(index + 1), qos, retain: false }).flow,
    newFlow(more),
  );
}

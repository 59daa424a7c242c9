import type { Flow } from '#session/flow/flow';
import { quotaOf, SEND_WINDOW } from '#session/flow/outbound';
import { settle } from '#session/flow/reading';
import { earlier, type Position, positionAt } from '#session/position';
import type { Exchange } from '../exchange.ts';
import { AHEAD_MESSAGES, AHEAD_WHILE_FULL } from '../limits.ts';
import { resend } from './resend.ts';
import { sendWaiting } from './send-waiting.ts';

/** Whether a client that could not take everything has acknowledged enough for another look to be worth it. */
export function hasRoom(flow: Flow, receiveMaximum: number): boolean {
  const half = Math.floor(Math.min(receiveMaximum, SEND_WINDOW) / 2);
  return flow.resendFrom === undefined && quotaOf(flow, receiveMaximum) >= Math.max(1, half);
}

/** Nothing can be sent before the client has acknowledged something, so that it is not worth reading what waits. */
function takesNothing(flow: Flow, receiveMaximum: number): boolean {
  return flow.behind === true && flow.ahead.length >= AHEAD_WHILE_FULL && quotaOf(flow, receiveMaximum) === 0;
}

/** Where nothing new and no copy can appear any more: twice the settle window ago. */
function settledPosition({ dependencies }: Exchange): Position {
  const { clock, configuration } = dependencies;
  return positionAt(clock() - 2 * configuration.settings.settleSeconds * 1000);
}

function withBehind(flow: Flow, isBehind: boolean): Flow {
  if (isBehind === (flow.behind === true)) return flow;
  const { behind: _, ...rest } = flow;
  return isBehind ? { ...flow, behind: true } : rest;
}

/**
 * Sends what waits for the client, in order of position, as far as its Receive Maximum allows. A look at all
 * filters moves the cursor; one at those that a signal has named only remembers what it took.
 */
export async function look(exchange: Exchange): Promise<void> {
  const { context, wanted } = exchange;
  if (context === undefined) return;
  // What an answer was to say that was lost.
  if (exchange.hasLoadedFlow || wanted !== undefined) await resend(exchange);
  if (wanted === undefined) return;
  const started = await exchange.flow();
  // What was under way comes first. [MQTT-4.4.0-1]
  if (started.resendFrom !== undefined) {
    exchange.setFlow(withBehind(started, true));
    return;
  }
  if (takesNothing(started, context.receiveMaximum)) return;
  const filters = started.behind === true || started.ahead.length >= AHEAD_MESSAGES ? 'all' : wanted;
  const settled = settledPosition(exchange);
  const stoppedAt = await sendWaiting(exchange, started, filters);
  const behind = withBehind(await exchange.flow(), stoppedAt !== undefined);
  const flow: Flow = stoppedAt !== undefined && filters === 'all' ? { ...behind, limited: true } : behind;
  // A cursor that moves alone is not worth a write of its own.
  const isWritten = flow !== started || exchange.hasChangedFlow;
  if (filters !== 'all' || !isWritten) {
    exchange.setFlow(flow);
    return;
  }
  exchange.setFlow(settle(flow, stoppedAt === undefined ? settled : earlier(settled, stoppedAt)));
}

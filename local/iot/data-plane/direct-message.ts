import { randomUUID } from 'node:crypto';
import type { Broker } from '../broker.ts';
import type { Established } from '../established.ts';
import type { Message } from '../message.ts';
import type { Settlement } from '../outbound.ts';
import { type Answer, done, failed } from './failure.ts';
import { messageOf, messageRefusal } from './message-request.ts';
import { type DataPlaneRequest, flag, integer } from './request.ts';

type ConfirmationOutcome = Settlement | 'timedOut';

/** SendDirectMessage: to one client that is connected, subscribed or not; no rule sees it. */
export async function sendDirectMessage(broker: Broker, request: DataPlaneRequest): Promise<Answer> {
  const answer = await attempt(broker, request);
  broker.observe({
    kind: 'directMessage',
    clientId: request.label,
    topic: request.query.get('topic') ?? '',
    bytes: request.body.length,
    status: answer.kind === 'done' ? 200 : answer.status,
  });
  return answer;
}

async function attempt(broker: Broker, request: DataPlaneRequest): Promise<Answer> {
  const { label: clientId, query } = request;
  const topic = query.get('topic') ?? '';
  if (topic.startsWith('$')) return failed(400, 'Topic: it is reserved');
  const refusal = messageRefusal(topic, request);
  if (refusal !== undefined) return refusal;
  const timeoutSeconds = integer(query, 'timeout', { least: 1, most: 15, byDefault: 5 });
  if (timeoutSeconds === undefined) return failed(400, 'timeout: allowed are 1 to 15 seconds');
  const established = broker.connections.get(clientId)?.established;
  if (established === undefined) return notConnected(broker, clientId);
  if (!established.directMessages.take()) return failed(429, "The target client's outbound limit is reached");
  const confirmed = flag(query, 'confirmation');
  const message = messageOf(topic, confirmed ? 1 : 0, false, request, broker.clock());
  const outcome = confirmed
    ? await sendAndConfirm(established, message, timeoutSeconds)
    : sendUnconfirmed(established, message);
  return answerOf(outcome, confirmed);
}

function notConnected(broker: Broker, clientId: string): Answer {
  return failed(
    404,
    broker.sessions.find(clientId) === undefined
      ? 'The target client ID is not connected'
      : 'The target client ID is not connected, but it has an active persistent session',
  );
}

function sendUnconfirmed({ outbound }: Established, message: Message): ConfirmationOutcome {
  let outcome: ConfirmationOutcome = 'acknowledged';
  outbound.send({
    message,
    qos: 0,
    retain: false,
    settle: (settlement) => {
      outcome = settlement;
    },
  });
  return outcome;
}

async function sendAndConfirm(
  { outbound }: Established,
  message: Message,
  timeoutSeconds: number,
): Promise<ConfirmationOutcome> {
  return new Promise((resolve) => {
    const outgoing = {
      message,
      qos: 1,
      retain: false,
      settle: (settlement: Settlement) => {
        clearTimeout(timer);
        resolve(settlement);
      },
    } as const;
    const timer = setTimeout(() => {
      outbound.withdraw(outgoing);
      resolve('timedOut');
    }, timeoutSeconds * 1000);
    outbound.send(outgoing);
  });
}

function answerOf(outcome: ConfirmationOutcome, confirmed: boolean): Answer {
  switch (outcome) {
    case 'acknowledged':
      return done({
        message: confirmed ? 'The message was acknowledged' : 'The message was dispatched',
        traceId: randomUUID(),
      });
    case 'notSendable':
      return failed(413, 'The message is larger than what the target client accepts');
    // The client may have got it, and only its PUBACK is lost.
    case 'connectionLost':
    case 'timedOut':
      return failed(504, 'The target client did not acknowledge the message in time');
  }
}

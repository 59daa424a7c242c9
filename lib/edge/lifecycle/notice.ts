import type { Broker } from '#broker/broker';
import { exists, type Session } from '#session/session';

/** What a client is told of its session, since IoT Core's CONNACK only speaks of the broker's own. */
export interface SessionNotice {
  readonly sessionPresent: boolean;
  /** The interval in force, seconds. */
  readonly sessionExpiryInterval: number;
}

/** Tells a connected client whether its session was there, and the interval in force. [MQTT-3.2.2-3] */
export async function tellSession(
  clientId: string,
  session: Session | undefined,
  topic: string,
  broker: Broker,
  nowMs: number,
): Promise<void> {
  const isThere = exists(session, nowMs);
  const notice: SessionNotice = {
    sessionPresent: isThere && session.sessionPresent,
    sessionExpiryInterval: isThere ? session.sessionExpiryInterval : 0,
  };
  const payload = Buffer.from(JSON.stringify(notice));
  await broker.send(clientId, { topic, payload, contentType: 'application/json', utf8Payload: true }, false);
}

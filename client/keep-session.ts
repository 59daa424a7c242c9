import type { IConnackPacket, MqttClient, Packet } from 'mqtt';
import { SessionStoreError } from './errors.ts';
import type { SessionStore } from './session-store.ts';
import type { KeptPacket } from './stored-packet.ts';

/** The session that this client held, and the server does not hold any more. */
export interface LostSession {
  /** Sent and not completely acknowledged: PUBLISH, or PUBREL when the server had the message. */
  readonly outgoing: readonly KeptPacket[];
  /** Received and not released; the server will not release them. */
  readonly incoming: readonly KeptPacket[];
}

export interface SessionOptions {
  /**
   * The client's half of the session, on disk: `createSessionStore`.
   *
   * @default none: in memory, it ends with the process
   */
  readonly session?: SessionStore;
  /**
   * What happens to messages that were not completely acknowledged when the server says that it holds no session:
   * they are dropped with it, their `publish` fails ([MQTT-3.2.2-5]), or they are sent as new messages, and may
   * arrive twice. A function is told of them and decides. What was never sent is sent in any case.
   *
   * @default 'discard'
   */
  readonly onSessionLost?: 'discard' | 'resend' | ((lost: LostSession) => 'discard' | 'resend');
  /**
   * true: a session that the server still holds is taken up by an empty store too, as after a change to this
   * library. QoS 2 messages under way can then arrive twice. false: an empty store begins with Clean Start, since
   * a client that holds no session may not resume one ([MQTT-3.2.2-4]).
   *
   * @default false
   */
  readonly adoptSession?: boolean;
}

/**
 * Has an MQTT.js client, made with the stores of the session and not connected yet, keep its half of the session as
 * the standard wants it: what MQTT.js does not see to itself.
 */
export function keepSession(client: MqttClient, session: SessionStore, options: SessionOptions): void {
  const clientId = client.options.clientId ?? '';
  if (session.clientId !== undefined && session.clientId !== clientId) {
    throw new SessionStoreError(
      `The session store holds the session of ${JSON.stringify(session.clientId)}, not of ${JSON.stringify(clientId)}; ` +
        'use a directory for each client identifier',
    );
  }
  const { clean } = client.options;
  const isNew = session.clientId === undefined && options.adoptSession !== true;
  client.options.clean = clean === true || isNew;
  client.on('packetreceive', (packet) => {
    if (!isAccepted(packet)) return;
    // Before MQTT.js looks at it, so that it finds what is to be sent.
    client.options.clean = clean === true;
    if (!packet.sessionPresent) loseSession(client, session, options.onSessionLost ?? 'discard');
    session.connected(clientId);
  });
  client.on('close', () => session.disconnected());
  session.onFailure((error) => {
    client.emit('error', error);
    client.stream?.destroy();
    for (const messageId of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(messageId));
  });
  completeBeforePubcomp(client, session);
  keepStoresAtReconnect(client, session);
}

function isAccepted(packet: Packet): packet is IConnackPacket {
  return packet.cmd === 'connack' && (packet.reasonCode ?? packet.returnCode ?? 0) === 0;
}

function loseSession(
  client: MqttClient,
  session: SessionStore,
  onSessionLost: NonNullable<SessionOptions['onSessionLost']>,
): void {
  const lost = session.held;
  if (lost.outgoing.length === 0 && lost.incoming.length === 0) return;
  const outcome = typeof onSessionLost === 'function' ? onSessionLost(lost) : onSessionLost;
  session.sessionLost(outcome);
  for (const { cmd, messageId } of lost.outgoing) {
    if (messageId === undefined || (cmd === 'publish' && outcome === 'resend')) continue;
    const waiting = client.outgoing[messageId];
    delete client.outgoing[messageId];
    // The server had it when it sent PUBREC.
    if (cmd === 'pubrel') waiting?.cb(undefined as unknown as Error);
    else waiting?.cb(new Error('The server has lost the session, and this message was not acknowledged'));
  }
}

/**
 * MQTT.js sends PUBCOMP while the message is still being removed: if the process ended then, a later message with
 * the same identifier could be taken for this one. So it is removed first.
 */
function completeBeforePubcomp(client: MqttClient, session: SessionStore): void {
  let handle = client.handleMessage.bind(client);
  const complete: MqttClient['handleMessage'] = (packet, done) => {
    handle(packet, (error) => {
      if (error !== undefined && error !== null) done(error);
      else if (packet.qos === 2) session.incomingStore.del(packet, (failure) => done(failure));
      else done();
    });
  };
  // An application may give the client a handleMessage of its own, as MQTT.js documents it.
  Object.defineProperty(client, 'handleMessage', {
    get: () => complete,
    set: (own: MqttClient['handleMessage']) => {
      handle = own.bind(client);
    },
  });
}

/** MQTT.js would go on with new, empty stores. */
function keepStoresAtReconnect(client: MqttClient, { incomingStore, outgoingStore }: SessionStore): void {
  const reconnect = client.reconnect.bind(client);
  client.reconnect = (stores) => reconnect(stores ?? { incomingStore, outgoingStore });
}

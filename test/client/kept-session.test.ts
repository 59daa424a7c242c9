import { cpSync } from 'node:fs';
import type { IPublishPacket, MqttClient } from 'mqtt';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectWithSession } from '#client/connect-with-session';
import type { LostSession, SessionOptions } from '#client/keep-session';
import { createSessionStore, type ReceivedPublish, type SessionStore } from '#client/session-store';
import { eventually } from '#test/local/eventually';
import { sessionDirectory } from './directory.ts';
import { acknowledge, ScriptedBroker } from './scripted-broker.ts';

const QOS_2 = { qos: 2 } as const;

describe("the client's half of a session", () => {
  let broker: ScriptedBroker;
  let directory: string;
  let session: SessionStore;
  let received: IPublishPacket[];
  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    directory = await sessionDirectory();
    received = [];
  });

  async function start(options: SessionOptions = {}, clientId = 'device'): Promise<MqttClient> {
    session = await createSessionStore(directory);
    const opened = session;
    onTestFinished(() => opened.close());
    const client = connectWithSession(broker.url, {
      mqtt: { clientId },
      backOff: { maximumMs: 20 },
      session,
      ...options,
    });
    onTestFinished(() => {
      client.end(true);
    });
    client.on('message', (_topic, _payload, packet) => received.push(packet));
    return client;
  }

  /** As after a power cut: the process is gone, the disk is there. */
  async function restart(client: MqttClient, options: SessionOptions = {}): Promise<MqttClient> {
    client.end(true);
    await session.close();
    return start(options);
  }

  async function connected(options: SessionOptions = {}): Promise<MqttClient> {
    const client = await start(options);
    await eventually(() => expect(client.connected).toBe(true));
    return client;
  }

  const publish = (client: MqttClient, text: string) => {
    client.publish('a', text, QOS_2, () => {});
  };

  it('sends what was not acknowledged again in its order, PUBLISH with DUP, PUBREL as PUBREL [MQTT-4.4.0-1]', async () => {
    const client = await connected();
    for (const text of ['one', 'two', 'three']) publish(client, text);
    const { story } = await broker.hears(3);
    expect(story).toEqual(['publish 1 one', 'publish 2 two', 'publish 3 three']);
    broker.last.send({ cmd: 'pubrec', messageId: 1 });
    await broker.hears(4);
    broker.sessionPresent = true;
    broker.answer = acknowledge;
    const again = await restart(client);
    const after = await broker.hears(5, 2);
    expect(after.story).toEqual([
      'pubrel 1',
      'publish 2 dup two',
      'pubrel 2',
      'publish 3 dup three',
      'pubrel 3',
    ]);
    await eventually(() => expect(again.connected).toBe(true));
    await eventually(() => expect(session.held.outgoing).toEqual([]));
  });

  it('does the same when only the connection was lost', async () => {
    const client = await connected();
    for (const text of ['one', 'two']) publish(client, text);
    await broker.hears(2);
    broker.sessionPresent = true;
    broker.answer = acknowledge;
    broker.last.cut();
    const after = await broker.hears(4, 2);
    expect(after.story).toEqual(['publish 1 dup one', 'pubrel 1', 'publish 2 dup two', 'pubrel 2']);
  });

  it('gives no packet identifier that a stored message has [MQTT-2.2.1-3]', async () => {
    const client = await start();
    publish(client, 'old');
    await broker.hears(1);
    const again = await restart(client);
    // Before it is connected, too.
    publish(again, 'new');
    broker.sessionPresent = true;
    broker.answer = acknowledge;
    const after = await broker.hears(4, 2);
    expect(after.story).toEqual(['publish 1 dup old', 'pubrel 1', 'publish 2 new', 'pubrel 2']);
  });

  it('sends what was never sent without DUP, also when the server holds no session [MQTT-3.3.1-1]', async () => {
    broker.answer = acknowledge;
    const client = await connected();
    const closed = new Promise<void>((resolve) => {
      client.once('close', resolve);
    });
    broker.last.cut();
    await closed;
    await client.publishAsync('a', 'offline', QOS_2);
    const stories = broker.connections.flatMap(({ story }) => story);
    expect(stories).toEqual(['publish 1 offline', 'pubrel 1']);
  });

  it('drops what was not acknowledged when the server holds no session [MQTT-3.2.2-5]', async () => {
    const client = await connected();
    const failed = client.publishAsync('a', 'lost', QOS_2);
    const released = client.publishAsync('a', 'had', QOS_2);
    await broker.hears(2);
    broker.last.send(
      { cmd: 'pubrec', messageId: 2 },
      { cmd: 'publish', topic: 'b', payload: 'in', qos: 2, dup: false, retain: false, messageId: 9 },
    );
    await broker.hears(4);
    broker.last.cut();
    await expect(failed).rejects.toThrow('The server has lost the session');
    await released;
    await eventually(() => expect(client.connected).toBe(true));
    expect(session.held).toEqual({ outgoing: [], incoming: [] });
    expect(broker.last.story).toEqual([]);
    const again = await restart(client);
    await eventually(() => expect(again.connected).toBe(true));
    expect(broker.last.story).toEqual([]);
  });

  it('tells of a lost session, and sends again what the application wants', async () => {
    const told: LostSession[] = [];
    const onSessionLost = (lost: LostSession) => {
      told.push(lost);
      return 'resend' as const;
    };
    const client = await connected({ onSessionLost });
    const kept = client.publishAsync('a', 'kept', QOS_2);
    const released = client.publishAsync('a', 'had', QOS_2);
    await broker.hears(2);
    broker.last.send({ cmd: 'pubrec', messageId: 2 });
    await broker.hears(3);
    broker.answer = acknowledge;
    broker.last.cut();
    await Promise.all([kept, released]);
    await eventually(() => expect(session.held.outgoing).toEqual([]));
    expect(told.map(({ outgoing }) => outgoing.map(({ cmd }) => cmd))).toEqual([['publish', 'pubrel']]);
    // As a new message, and what the server had is not there twice.
    expect(broker.last.story).toEqual(['publish 1 kept', 'pubrel 1']);
  });

  it('begins with Clean Start while it holds no session [MQTT-3.2.2-4]', async () => {
    const client = await start();
    await broker.hears(0, 1);
    expect(broker.last.received[0]).toMatchObject({ clean: true });
    await eventually(() => expect(session.clientId).toBe('device'));
    await restart(client);
    await broker.hears(0, 2);
    expect(broker.last.received[0]).toMatchObject({ clean: false });
  });

  it('takes up a session of the server if it is told to', async () => {
    broker.sessionPresent = true;
    await start({ adoptSession: true });
    await broker.hears(0, 1);
    expect(broker.last.received[0]).toMatchObject({ clean: false });
  });

  it('belongs to one client identifier', async () => {
    const client = await start();
    await eventually(() => expect(session.clientId).toBe('device'));
    client.end(true);
    await session.close();
    await expect(start({}, 'other')).rejects.toThrow('holds the session of "device", not of "other"');
  });

  it('hands a QoS 2 message over once, when it is released [MQTT-4.3.3-10]', async () => {
    const client = await start();
    await broker.hears(0, 1);
    const message = {
      cmd: 'publish',
      topic: 'b',
      payload: 'in',
      qos: 2,
      retain: false,
      messageId: 9,
    } as const;
    broker.last.send({ ...message, dup: false });
    await broker.hears(1);
    const [stored] = session.held.incoming;
    broker.sessionPresent = true;
    await restart(client);
    await broker.hears(0, 2);
    broker.last.send(
      { ...message, dup: true },
      { cmd: 'pubrel', messageId: 9 },
      { cmd: 'pubrel', messageId: 9 },
    );
    const { story } = await broker.hears(3, 2);
    expect(story).toEqual(['pubrec 9', 'pubcomp 9', 'pubcomp 9']);
    expect(received.map(({ payload }) => payload.toString())).toEqual(['in']);
    const { receiptNumber } = received[0] as ReceivedPublish;
    expect(stored).toMatchObject({ receiptNumber });
    expect(session.held.incoming).toEqual([]);
  });

  it('hands it over again with the same number when the process ended before it was taken', async () => {
    const client = await start();
    client.handleMessage = () => {
      // The application never says that it has it.
    };
    await broker.hears(0, 1);
    const message = { cmd: 'publish', topic: 'b', qos: 2, dup: false, retain: false } as const;
    broker.last.send({ ...message, payload: 'in', messageId: 9 }, { cmd: 'pubrel', messageId: 9 });
    await eventually(() => expect(received).toHaveLength(1));
    broker.sessionPresent = true;
    const again = await restart(client);
    await broker.hears(0, 2);
    broker.last.send({ cmd: 'pubrel', messageId: 9 });
    await broker.hears(1, 2);
    // All is taken, and the numbers rise nevertheless.
    await restart(again);
    await broker.hears(0, 3);
    broker.last.send({ ...message, payload: 'next', messageId: 9 }, { cmd: 'pubrel', messageId: 9 });
    await broker.hears(2, 3);
    const numbers = received.map((packet) => (packet as ReceivedPublish).receiptNumber);
    expect(numbers[0]).toBe(numbers[1]);
    expect(numbers[2]).toBeGreaterThan(numbers[1] ?? 0);
  });

  it('has a message off the disk before it sends PUBCOMP, since its identifier is free then [MQTT-4.3.3-12]', async () => {
    const client = await connected();
    const copy = `${directory}-copy`;
    client.on('packetsend', ({ cmd }) => {
      if (cmd === 'pubcomp') cpSync(directory, copy, { recursive: true });
    });
    const message = { cmd: 'publish', topic: 'b', payload: 'in', qos: 2, dup: false, retain: false } as const;
    broker.last.send({ ...message, messageId: 9 }, { cmd: 'pubrel', messageId: 9 });
    await broker.hears(2);
    const found = await createSessionStore(copy);
    expect(found.held.incoming).toEqual([]);
    await found.close();
  });

  it('survives the end of its client, which can connect again', async () => {
    const client = await connected();
    publish(client, 'one');
    await broker.hears(1);
    await client.endAsync(true);
    broker.sessionPresent = true;
    broker.answer = acknowledge;
    client.reconnect();
    const after = await broker.hears(2, 2);
    expect(after.story).toEqual(['publish 1 dup one', 'pubrel 1']);
  });

  it('is told when the disk fails, and acknowledges nothing from then on', async () => {
    const client = await start();
    const errors: string[] = [];
    client.on('error', ({ message }) => errors.push(message));
    await eventually(() => expect(session.clientId).toBe('device'));
    await session.close();
    const failed = client.publishAsync('a', 'nowhere', QOS_2);
    await expect(failed).rejects.toThrow();
    expect(errors).toEqual([expect.stringContaining('The session state could not be written')]);
    expect(broker.connections.flatMap(({ story }) => story)).toEqual([]);
  });

  it('is used by one process at a time', async () => {
    await start();
    await expect(createSessionStore(directory)).rejects.toThrow(
      'cannot be opened; is it a directory that no other process uses?',
    );
  });
});

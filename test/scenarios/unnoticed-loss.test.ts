import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestConnection } from '#session/session';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION } from './configuration.ts';
import { type Device, Fleet } from './fleet.ts';
import { messagesTo } from './notices.ts';
import { SilentLink } from './silent-link.ts';

/** Seconds. */
const KEEP_ALIVE = 2;
/** So much later than it must a busy broker may notice. */
const LOSS_WINDOW_SECONDS = 5;

describe('a link that dies without anybody noticing', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    const settings = { ...CONFIGURATION.settings, lossWindowSeconds: LOSS_WINDOW_SECONDS };
    fleet = await Fleet.start({ ...CONFIGURATION, settings });
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function publish(publisher: Device, topic: string, texts: readonly string[]) {
    for (const text of texts) await publisher.client.publishAsync(topic, text, { qos: 1 });
  }

  /** A client whose link is dead since it has received `heard`. */
  async function loseLink(clientId: string, topic: string, publisher: Device) {
    const link = await SilentLink.to(fleet.cloud.endpoints.mqtt);
    const before = await fleet.connect(clientId, { port: link.port, keepalive: KEEP_ALIVE });
    await before.client.subscribeAsync(topic, { qos: 1 });
    await fleet.subscribed(clientId, topic);
    await publish(publisher, topic, ['heard']);
    await eventually(() => expect(messagesTo(before)).toEqual(['heard']));
    link.goDead();
    return { link, before };
  }

  it('loses nothing that was published before the keep alive ran out', async () => {
    const topic = 'data/unnoticed/timeout';
    const clientId = 'durable-timeout';
    const publisher = await fleet.connect('publisher-1');
    const { link, before } = await loseLink(clientId, topic, publisher);
    const unnoticed = ['unnoticed 1', 'unnoticed 2', 'unnoticed 3'];
    await publish(publisher, topic, unnoticed);
    // The broker has sent them into the void, and believes the client to be there.
    expect((await fleet.session(clientId))?.status).toBe('connected');
    await fleet.away(clientId);
    const session = await fleet.session(clientId);
    expect(session && newestConnection(session).disconnectReason).toBe('MQTT_KEEP_ALIVE_TIMEOUT');
    await publish(publisher, topic, ['noticed']);

    const after = await fleet.connect(clientId);
    // What it has heard shortly before may come again.
    const owed = [...unnoticed, 'noticed'];
    await eventually(
      () => expect(messagesTo(after).filter((text) => text !== 'heard')).toEqual(owed),
      40_000,
    );
    expect(messagesTo(before)).toEqual(['heard']);
    link.close();
  }, 90_000);

  it('loses nothing when the client notices first and comes back', async () => {
    const topic = 'data/unnoticed/takeover';
    const clientId = 'durable-notices';
    const publisher = await fleet.connect('publisher-2');
    const { link } = await loseLink(clientId, topic, publisher);
    const unnoticed = ['unnoticed 1', 'unnoticed 2', 'unnoticed 3'];
    await publish(publisher, topic, unnoticed);
    const after = await fleet.connect(clientId, { keepalive: KEEP_ALIVE });
    await after.client.subscribeAsync(topic, { qos: 1 });
    await eventually(
      () => expect(messagesTo(after).filter((text) => text !== 'heard')).toEqual(unnoticed),
      40_000,
    );
    // Whether the old connection's late end was still worth a write depends on the order of the events.
    expect((await fleet.session(clientId))?.connections).toHaveLength(2);
    link.close();
  }, 90_000);
});

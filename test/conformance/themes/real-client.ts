import { describe, expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { Application } from '../application.ts';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lasting, VERSIONS } from '../versions.ts';

const QOS = [0, 1, 2] as const;

/* What brokers are commonly tried with, through a client library that others use. */

describe.concurrent.each(VERSIONS)('MQTT.js, %s', (_, version) => {
  const application = (clientId = unique('app'), options = {}) =>
    Application.connect(version, { clientId, ...options });

  test('publishes and receives at every QoS', async () => {
    const topic = unique('real/topic');
    const app = await application();
    await app.client.subscribeAsync(topic, { qos: 2 });
    for (const qos of QOS) await app.client.publishAsync(topic, `qos ${qos}`, { qos });
    await app.receives('qos 0', 'qos 1', 'qos 2');
    await app.leave();
  });

  test('gets retained messages, and after they are taken away none', async () => {
    const prefix = unique('real');
    const app = await application();
    for (const qos of QOS)
      await app.client.publishAsync(`${prefix}/${qos}`, `qos ${qos}`, { qos, retain: true });
    await app.client.subscribeAsync(`${prefix}/+`, { qos: 2 });
    await app.receives('qos 0', 'qos 1', 'qos 2');
    expect(app.received.every(({ retain }) => retain)).toBe(true);
    for (const qos of QOS) await app.client.publishAsync(`${prefix}/${qos}`, '', { qos, retain: true });
    await app.receives('qos 0', 'qos 1', 'qos 2', '', '', '');

    const later = await application();
    await later.client.subscribeAsync([`${prefix}/+`, `${prefix}-marker`], { qos: 2 });
    await later.client.publishAsync(`${prefix}-marker`, 'marker', { qos: 1 });
    await later.receives('marker');
  });

  test('gets what was published while it was away', async () => {
    const [clientId, topic] = [unique('app'), unique('real/topic')];
    const app = await application(clientId, lasting(version));
    await app.client.subscribeAsync(`${topic}/#`, { qos: 2 });
    await app.leave();
    const other = await application();
    for (const qos of QOS) await other.client.publishAsync(`${topic}/${qos}`, `qos ${qos}`, { qos });

    const again = await application(clientId, lasting(version));

    expect(again.sessionPresent).toBe(true);
    await again.receives('qos 1', 'qos 2');
  });

  test('gets again what it has not acknowledged', async () => {
    const [clientId, topic] = [unique('app'), unique('real/topic')];
    const app = await application(clientId, lasting(version));
    await app.client.subscribeAsync(topic, { qos: 2 });
    // Until the callback is called nothing is acknowledged, and it never is.
    app.client.handleMessage = () => {};
    const other = await application();
    for (const qos of [1, 2] as const) await other.client.publishAsync(topic, `qos ${qos}`, { qos });
    await eventually(async () => {
      expect((await server.edge.flows.get(clientId))?.outbound).toHaveLength(2);
    });
    app.drop();

    const again = await application(clientId, lasting(version));

    await again.receives('qos 1', 'qos 2');
    expect(again.received.map(({ dup }) => dup)).toEqual([true, true]);
  });

  test('its will is published when its link breaks', async () => {
    const topic = unique('real/topic');
    const witness = await application();
    await witness.client.subscribeAsync(topic, { qos: 2 });
    const app = await application(unique('app'), { will: { topic, payload: Buffer.from('gone'), qos: 2 } });

    app.drop();

    await witness.receives('gone');
  });

  test('gets one message for overlapping subscriptions, at the highest QoS', async () => {
    const prefix = unique('real');
    const app = await application();
    await app.client.subscribeAsync({ [`${prefix}/#`]: { qos: 2 }, [`${prefix}/+`]: { qos: 1 } });
    await app.client.publishAsync(`${prefix}/a`, 'once', { qos: 2 });
    await app.client.publishAsync(`${prefix}/a`, 'then', { qos: 1 });
    await app.receives('once', 'then');
    expect(app.received[0]).toMatchObject({ qos: 2 });
  });

  test('unsubscribes from one topic and goes on with others', async () => {
    const prefix = unique('real');
    const app = await application();
    await app.client.subscribeAsync([`${prefix}/a`, `${prefix}/b`, `${prefix}/c`], { qos: 2 });
    await app.client.unsubscribeAsync(`${prefix}/a`);
    for (const topic of ['a', 'b', 'c'])
      await app.client.publishAsync(`${prefix}/${topic}`, topic, { qos: 1 });
    await app.receives('b', 'c');
  });

  test('shares a subscription: each message goes to one of two, what is not shared to both', async () => {
    const topic = unique('real/topic');
    const [one, other] = [await application(), await application()];
    for (const app of [one, other]) {
      await app.client.subscribeAsync([`$share/group/${topic}`, `${topic}/all`], { qos: 2 });
      app.received.length = 0;
    }
    const sent = ['0', '1', '2', '3', '4', '5'];
    for (const text of sent) await one.client.publishAsync(topic, text, { qos: 1 });
    await one.client.publishAsync(`${topic}/all`, 'all', { qos: 1 });

    await eventually(() => {
      expect([...one.texts, ...other.texts].sort()).toEqual([...sent, 'all', 'all']);
    }, 20_000);
  });

  test('sends many messages at once, none of which is lost, doubled or overtaken', async () => {
    const topic = unique('real/topic');
    const app = await application();
    await app.client.subscribeAsync(topic, { qos: 0 });
    const sent = Array.from({ length: 30 }, (_, index) => String(index).padStart(2, '0'));

    await Promise.all(sent.map((text) => app.client.publishAsync(topic, text, { qos: 2 })));

    await app.receives(...sent);
    expect(app.texts).toEqual(sent);
  });
});

describe.concurrent('MQTT.js, MQTT 5', () => {
  test('asks and is answered', async () => {
    const topic = unique('real/topic');
    const [asks, answers] = [
      await Application.connect(5, { clientId: unique('app') }),
      await Application.connect(5, { clientId: unique('app') }),
    ];
    for (const app of [asks, answers]) await app.client.subscribeAsync(topic, { qos: 2, nl: true });
    const properties = { responseTopic: topic, correlationData: Buffer.from('334') };
    await asks.client.publishAsync(topic, 'request', { qos: 1, properties });
    await answers.receives('request');
    expect(answers.received[0]?.properties).toEqual(properties);

    await answers.client.publishAsync(topic, 'response', { qos: 1 });

    await asks.receives('response');
  });

  test('uses topic aliases of its own accord', async () => {
    const topic = unique('real/topic');
    const app = await Application.connect(5, { clientId: unique('app'), autoAssignTopicAlias: true });
    await app.client.subscribeAsync(topic, { qos: 1 });
    for (const text of ['sets', 'uses', 'uses again']) await app.client.publishAsync(topic, text, { qos: 1 });
    await app.receives('sets', 'uses', 'uses again');
    expect(app.received.map((packet) => packet.topic)).toEqual([topic, topic, topic]);
  });
});

import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { VERSIONS } from '../versions.ts';

/** Filters with the topics below a prefix that they match, and those that they do not. */
const MATCHES = [
  ['a/b', ['a/b'], ['a/B', 'a/b/', '/a/b', 'a', 'a/b/c', 'a /b']],
  ['a/+', ['a/b', 'a/'], ['a', 'a/b/c']],
  ['+/+', ['a/b', '/', '/b'], ['a', 'a/b/c']],
  ['a/#', ['a', 'a/', 'a/b', 'a/b/c'], ['ab', 'b/a']],
  ['#', ['a', 'a/b', ''], []],
  ['+/b/#', ['a/b', '/b/c/d'], ['b', 'a/c/b']],
] as const;

describe.concurrent.each(VERSIONS)('topics and filters, %s', (_, version) => {
  test.each(MATCHES)(
    '[MQTT-3.3.2-3] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-4] [MQTT-3.3.2-3 v3.1.1] [MQTT-4.7.1-2 v3.1.1] [MQTT-4.7.1-3 v3.1.1] [MQTT-4.7.3-4 v3.1.1] %s matches what it is to match, character by character',
    async (filter, matching, others) => {
      const prefix = unique('topics');
      const client = await server.connect(version, { clientId: unique('topics') });
      await client.subscribe({ topic: `${prefix}/${filter}`, qos: 0 });

      for (const topic of others) client.sendPublish(`${prefix}/${topic}`, topic);
      for (const topic of matching) client.sendPublish(`${prefix}/${topic}`, topic);

      const got: string[] = [];
      for (const _ of matching) got.push((await client.message()).topic.slice(prefix.length + 1));
      expect(got).toEqual([...matching]);
      await expectNothingMore(client);
    },
  );

  test('[MQTT-4.7.2-1] [MQTT-4.7.2-1 v3.1.1] a wildcard at the first level matches no topic that begins with $', async () => {
    const level = unique('dollar');
    const [wildcards, named] = [
      await server.connect(version, { clientId: unique('topics') }),
      await server.connect(version, { clientId: unique('topics') }),
    ];
    await wildcards.subscribe([`+/${level}`, `+/${level}/#`].map((topic) => ({ topic, qos: 1 as const })));
    await named.subscribe(`$own/${level}`);

    await named.publish(`$own/${level}`, 'dollar', { qos: 1 });
    await named.publish(`own/${level}`, 'plain', { qos: 1 });

    expect(await named.payloads(1)).toEqual(['dollar']);
    expect(await wildcards.payloads(1)).toEqual(['plain']);
    await expectNothingMore(named);
  });

  test('[MQTT-1.5.4-3] [MQTT-4.7.3-4] [MQTT-1.5.3-3 v3.1.1] [MQTT-4.7.3-4 v3.1.1] U+FEFF is a character, and no form of a character stands for another', async () => {
    const prefix = unique('topics');
    const client = await server.connect(version, { clientId: unique('topics') });
    const [marked, composed, decomposed] = [`${prefix}/\uFEFFa`, `${prefix}/\u00fc`, `${prefix}/u\u0308`];
    await client.subscribe([marked, composed].map((topic) => ({ topic, qos: 1 as const })));

    for (const topic of [`${prefix}/a`, decomposed, marked, composed])
      await client.publish(topic, topic, { qos: 1 });

    expect([(await client.message()).topic, (await client.message()).topic]).toEqual([marked, composed]);
    await expectNothingMore(client);
  });

  test('[MQTT-4.7.3-3] [MQTT-4.7.3-3 v3.1.1] a topic longer than the server keeps is not accepted', async () => {
    const client = await server.connect(version, { clientId: unique('topics') });
    client.sendPublish('x'.repeat(60_000), 'long', { qos: 1 });
    if (version === 5) expect((await client.next('puback')).reasonCode).toBe(0x90);
    else await client.ended();
  });
});

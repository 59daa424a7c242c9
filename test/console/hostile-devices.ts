import type { Fleet } from '#test/scenarios/fleet';

/** What runs, calls attention to itself, or leads elsewhere, if it is taken for anything but text. */
const MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>';

/** What devices of an attacker call themselves, and what the page shows for it. (Of # and + the broker tells nothing.) */
export const HOSTILE_CLIENTS: readonly (readonly [clientId: string, shown: string])[] = [
  MARKUP,
  'javascript:alert(3)',
  '..',
  '%2F',
  '~YQ',
  '../x?a=b&c=%3F/messages',
  'W'.repeat(128),
].map((clientId): readonly [string, string] => [clientId, clientId]);

/** As the others, of characters that are not seen as they are. */
export const UNSEEN_CLIENTS: readonly (readonly [clientId: string, shown: string])[] = [
  ['gate\u202e7\u2066\u200b', String.raw`gate\u{202e}7\u{2066}\u{200b}`],
  [' \u001b[31m\u0007  \r\n', String.raw`\u{20}\u{1b}[31m\u{7} \u{20}\u{d}\u{a}`],
  [`z${'\u0301'.repeat(40)}`, `z\u0301\u0301\u0301${String.raw`\u{301}`.repeat(37)}`],
];

/** At most 256 bytes, as AWS IoT Core has it. */
export const HOSTILE_TOPIC = `hostile/${MARKUP}/${'W'.repeat(150)}`;
export const HOSTILE_PAYLOAD = `${MARKUP}\u202e\n<svg onload=alert(4)>${'W'.repeat(300)}`;

/** Each connects with a will, subscribes, declares nonsense and is cut off; then a message comes for all of them. */
export async function sendHostileDevices(fleet: Fleet): Promise<void> {
  const clientIds = [...HOSTILE_CLIENTS, ...UNSEEN_CLIENTS].map(([clientId]) => clientId);
  await Promise.all(
    clientIds.map(async (clientId) => {
      const will = { topic: `wills/${MARKUP}`, payload: Buffer.from(MARKUP), qos: 1, retain: false } as const;
      const device = await fleet.connect(clientId, { will });
      await device.client.subscribeAsync(HOSTILE_TOPIC, { qos: 1 });
      await fleet.subscribed(clientId, HOSTILE_TOPIC);
      device.cut();
      await fleet.away(clientId);
    }),
  );
  const publisher = await fleet.connect('hostile-publisher');
  await publisher.client.publishAsync('$aws/rules/mqtt_sessions_session/x', MARKUP, { qos: 1 });
  await publisher.client.publishAsync(HOSTILE_TOPIC, HOSTILE_PAYLOAD, { qos: 1 });
  await fleet.loggedOn(HOSTILE_TOPIC, 1);
}

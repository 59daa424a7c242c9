import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import {
  HOSTILE_CLIENTS,
  HOSTILE_PAYLOAD,
  HOSTILE_TOPIC,
  sendHostileDevices,
  UNSEEN_CLIENTS,
} from './hostile-devices.ts';
import { LocalCloudDesk } from './local-cloud-desk.ts';
import { WIDER_THAN_WINDOW } from './page-checks.ts';

announceWithoutChromium('the console on the local cloud');

let desk: LocalCloudDesk;
beforeAll(async () => {
  if (hasChromium) desk = await LocalCloudDesk.start();
}, 120_000);
afterAll(() => desk?.stop());

/** Real devices, the stack as it is deployed, and its page in a browser: the story of one device, in order. */
describe.runIf(hasChromium)('a device, as the console shows it', () => {
  const CLIENT_ID = 'durable-meter';
  const TOPIC = 'meters/7/first';

  it('a device connects: the page lists it, and shows its connection and what it subscribes to', async () => {
    const device = await desk.fleet.connect(CLIENT_ID);
    await device.client.subscribeAsync('meters/7/#', { qos: 1 });
    await desk.fleet.subscribed(CLIENT_ID, 'meters/7/#');

    await desk.page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await desk.page.getByRole('link', { name: CLIENT_ID }).click();
    await desk.shows(/Connected .* Expiry interval 1 h/);
    await desk.page.getByRole('rowheader', { name: 'meters/7/#' }).waitFor();
    device.cut();
  });

  it('it drops, and messages come: the page shows since when it is away, until when it is waited for, and what waits', async () => {
    await desk.fleet.away(CLIENT_ID);
    const publisher = await desk.fleet.connect('publisher');
    await publisher.client.publishAsync(TOPIC, 'first', { qos: 1 });
    await publisher.client.publishAsync('meters/7/second', Buffer.from([0xff, 0x00]), { qos: 1 });
    await desk.fleet.logged(2);
    await desk.shows(/Away since .* Expires in 5\d min .* Waiting 2 /);
    await desk.page.getByLabel('Show payloads').check();
    await desk.page.locator('.payload pre').nth(1).waitFor();
    expect(await desk.page.locator('.payload pre').allTextContents()).toEqual(['first', '000000  ff 00  ..']);
    expect(await desk.page.getByText(TOPIC).count()).toBe(1);
  });

  it('an operator changes its interval, while it is away', async () => {
    await desk.page.getByRole('button', { name: 'Change interval' }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel('Session Expiry Interval', { exact: true }).fill('2');
    await dialog.getByRole('button', { name: 'Change interval' }).click();
    await desk.page.getByText('The Session Expiry Interval is now: 2 h.').waitFor();
    await desk.shows(/Expires in 1 h 5\d min/);
  });

  it('it returns: the page shows that nothing waits any more, and how many it got', async () => {
    const device = await desk.fleet.connect(CLIENT_ID);
    await desk.shows(/Connected .* Waiting 0 .* Delivered 2 /);
    expect(device.texts(TOPIC)).toEqual(['first']);
  });

  it('its history tells the whole story, newest first', async () => {
    await desk.shows(
      /Messages delivered 2 messages.*Session resumed .*Operator: change .*Disconnected .*Session started/,
      () => shownText(desk.page.getByRole('region', { name: 'History' })),
    );
  });

  it('an operator closes its connection; the session stays', async () => {
    await desk.act('Disconnect');
    await desk.page.getByText('The connection was closed. The session stays.').waitFor();
    await desk.shows(/Away since/);
  });

  it('an operator ends its session', async () => {
    await desk.act('End session');
    await desk.page.getByText('The client has no session', { exact: true }).waitFor();
    expect((await desk.fleet.session(CLIENT_ID))?.status).not.toBe('connected');
  });

  it('an operator ends what has been away for long, and sees it end', async () => {
    const idle = await desk.fleet.connect('durable-idle');
    idle.cut();
    await desk.fleet.away('durable-idle');
    await desk.page.getByRole('link', { name: 'End idle sessions' }).click();
    await desk.page.getByLabel('Client identifiers').fill('durable-idle*');
    await desk.page.getByLabel('Away for longer than', { exact: true }).fill('1');
    await desk.page.getByLabel('Away for longer than: unit').selectOption('seconds');
    await desk.shows(/1 session would end/, async () => {
      await desk.page.getByRole('button', { name: 'Preview' }).click();
      await desk.page.getByText('examined.').waitFor();
      return shownText(desk.page.locator('.preview'));
    });
    await desk.page.getByRole('button', { name: 'End these sessions' }).click();
    await desk.page.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
    await desk.shows(/Done: 1 session ended\./, () =>
      shownText(desk.page.getByRole('region', { name: 'Operation' })),
    );
    expect((await desk.fleet.session('durable-idle'))?.status).toBe('ended');
  });

  it('what is left of the service answers the page as well', async () => {
    await desk.page.getByRole('link', { name: 'Dead letters' }).click();
    await desk.page.getByText('No dead letters').waitFor();
    await desk.page.getByRole('link', { name: 'Advice' }).click();
    await desk.page.getByText('Nothing to fix').waitFor();
    await desk.page.getByRole('link', { name: 'Overview' }).click();
    await desk.page.locator('.tile', { hasText: 'Connected' }).waitFor();
    await desk.page.locator('.plot canvas').first().waitFor();
  });
});

describe.runIf(hasChromium)('what operators do before a device and after a failure', () => {
  it('a session is made before its device connects for the first time, which then gets what came since', async () => {
    const { page, fleet } = desk;
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('link', { name: 'Make a session' }).click();
    await page.getByLabel('Client identifier').fill('gate 7/new');
    await page.getByLabel('Filter').fill('gates/7/#');
    await desk.act('Make session');
    await desk.shows(/Away since not connected yet .* Waiting 0 /);
    expect(await shownText(page.getByRole('region', { name: 'Subscriptions' }))).toMatch(/gates\/7\/# 1/);

    const publisher = await fleet.connect('gate-publisher');
    await publisher.client.publishAsync('gates/7/open', 'before it was there', { qos: 1 });
    await desk.shows(/Away since not connected yet .* Waiting 1 /);
    const device = await fleet.connect('gate 7/new');
    await desk.shows(/Connected .* Waiting 0 .* Delivered 1 /);
    expect(device.texts('gates/7/open')).toEqual(['before it was there']);
    await desk.shows(/Session resumed session present .*Operator: provision/, () =>
      shownText(page.getByRole('region', { name: 'History' })),
    );
  });

  it('a device that is away is subscribed, gets what came since when it returns, and is unsubscribed', async () => {
    const { page, fleet } = desk;
    const card = page.getByRole('region', { name: 'Subscriptions' });
    const first = await fleet.connect('lamp');
    await first.client.subscribeAsync('lamps/7/set', { qos: 1 });
    await fleet.subscribed('lamp', 'lamps/7/set');
    await page.goto(`${fleet.cloud.endpoints.console}#/sessions/lamp`);
    await desk.shows(/Connected/);
    expect(await card.getByRole('button', { name: /^Subscribe/ }).isDisabled()).toBe(true);
    first.cut();
    await fleet.away('lamp');
    await desk.shows(/Away since/);

    await card.getByRole('button', { name: /^Subscribe/ }).click();
    await page.getByLabel('Filter').fill('lamps/all/#');
    await page.getByRole('dialog').getByRole('button', { name: 'Subscribe' }).click();
    await card.getByText('The session is subscribed to lamps/all/#.').waitFor();
    const publisher = await fleet.connect('lamp-publisher');
    await publisher.client.publishAsync('lamps/all/on', 'while it was away', { qos: 1 });
    await desk.shows(/Away since .* Waiting 1 /);
    const back = await fleet.connect('lamp');
    await desk.shows(/Connected .* Waiting 0 .* Delivered 1 /);
    expect(back.texts('lamps/all/on')).toEqual(['while it was away']);

    // It has not subscribed to it itself: that can be ended while it is connected.
    await card.getByRole('button', { name: 'Unsubscribe … lamps/all/#' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unsubscribe' }).click();
    await card.getByText('The subscription to lamps/all/# has ended.').waitFor();
    await desk.shows(/Operator: unsubscribe .*lamps\/all\/#.*Operator: subscribe/, () =>
      shownText(page.getByRole('region', { name: 'History' })),
    );
    expect(await shownText(card)).toContain('lamps/7/set');
    expect(await card.getByText('lamps/all/#', { exact: true }).count()).toBe(0);
  });

  it('what failed while a permission was missing is sent again, and arrives', async () => {
    const { page, fleet } = desk;
    const device = await fleet.connect('door');
    await device.client.subscribeAsync('doors/#', { qos: 1 });
    await fleet.subscribed('door', 'doors/#');
    device.cut();
    await fleet.away('door');
    desk.denied.add('ingest');
    const publisher = await fleet.connect('door-publisher');
    await publisher.client.publishAsync('doors/1', 'open', { qos: 1 });
    await eventually(() => expect(fleet.cloud.queue('DeadLetters').list()).toHaveLength(1), 30_000);
    desk.denied.clear();
    // A text is no event of the function's; nothing can be made of it.
    fleet.cloud.invokeLater('lifecycle', 'no event');
    await eventually(() => expect(fleet.cloud.queue('DeadLetters').list()).toHaveLength(2), 30_000);

    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.locator('.letter').nth(1).waitFor();
    const hopeless = page.locator('.letter', { hasText: 'It cannot be sent again' });
    expect(await shownText(hopeless)).toMatch(/^lifecycle /);
    expect(await hopeless.getByRole('button').count()).toBe(0);
    await desk.act('Send again');
    await page.getByText('Sent again. If it fails once more').waitFor();
    await eventually(async () => expect(await page.locator('.letter').count()).toBe(1));
    const back = await fleet.connect('door');
    await eventually(() => expect(back.texts('doors/1')).toEqual(['open']), 40_000);
  });
});

describe.runIf(hasChromium)('devices that mean no good', () => {
  beforeAll(() => sendHostileDevices(desk.fleet), 60_000);

  /** Nothing but text has come of what devices say, and all of it has room. */
  async function isHarmless(): Promise<void> {
    const { page } = desk;
    await eventually(async () => expect(await page.locator('.loading').count()).toBe(0));
    expect(await page.locator('main :is(img, script, iframe, [onerror], [onload])').count()).toBe(0);
    for (const width of [400, 1_280]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(WIDER_THAN_WINDOW), `${page.url()} at ${width}`).toEqual([]);
    }
  }

  it.each([...HOSTILE_CLIENTS, ...UNSEEN_CLIENTS])(
    'called %j: its link opens its session, which can be acted on, and back leads back',
    async (clientId, shown) => {
      const { page } = desk;
      await page.goto(`${desk.fleet.cloud.endpoints.console}#/sessions`);
      await page.getByRole('link', { name: shown, exact: true }).click();
      await page.locator('.glance').waitFor();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Session of ${shown}`);
      await eventually(async () => expect(await page.title()).toBe(`${shown} – MQTT sessions`));
      await page.getByLabel('Show payloads').check();
      expect(await page.locator('.payload pre').textContent()).toBe(
        HOSTILE_PAYLOAD.replace('\u202e', String.raw`\u{202e}`),
      );
      await isHarmless();
      await desk.act('Drop waiting');
      await page.getByText('1 message dropped.').waitFor();
      expect((await desk.fleet.session(clientId))?.drops).toEqual({ operator: 1 });
      await page.goBack();
      await page.getByRole('link', { name: shown, exact: true }).waitFor();
    },
  );

  it.each([
    '#/',
    '#/sessions',
    `#/topics?${new URLSearchParams({ topic: HOSTILE_TOPIC })}`,
    '#/filters',
    '#/advice',
    '#/dead-letters',
    '#/end-idle',
    `#/make-session?${new URLSearchParams({ clientId: HOSTILE_PAYLOAD })}`,
    `#/sessions/${encodeURIComponent(HOSTILE_PAYLOAD)}`,
  ])('%s shows text and nothing else, in a narrow window too', async (hash) => {
    await desk.page.goto(`${desk.fleet.cloud.endpoints.console}${hash}`);
    await desk.page.reload();
    await desk.page.getByRole('heading', { level: 1 }).waitFor();
    await eventually(async () => expect(await desk.page.locator('.loading').count()).toBe(0));
    for (const summary of await desk.page.locator('summary').all()) await summary.click();
    await isHarmless();
  });

  it('all the while no script ran, no policy was violated, and nothing failed on the page', () => {
    expect(desk.opened.faults).toEqual([]);
  });
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '#session/configuration';
import { Fleet } from '#test/scenarios/fleet';
import {
  announceWithoutChromium,
  type GuardedPage,
  hasChromium,
  newContext,
  openPage,
  shownText,
  startBrowser,
} from './browser.ts';

announceWithoutChromium('the console on the local cloud');

const CONFIGURATION: ConfigurationInput & { console: object } = {
  durableTopics: ['#'],
  policies: [{ clients: 'durable-*', sessionExpiryInterval: 3_600 }],
  settings: { settleSeconds: 1 },
  console: {},
};
const POLL_MS = 10_000;
/** What an attacker's device may call itself, and say. */
const SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
const CLIENT_ID = `durable-${SCRIPT}`;
const TOPIC = `meters/7/${SCRIPT}`;

/** Real devices, the stack as it is deployed, and its page in a browser: the story of one device, in order. */
describe.runIf(hasChromium)('the console on the local cloud', () => {
  let fleet: Fleet;
  let browser: Browser;
  let opened: GuardedPage;
  let page: Page;

  beforeAll(async () => {
    [fleet, browser] = await Promise.all([Fleet.start(CONFIGURATION), startBrowser()]);
    const context = await newContext(browser);
    opened = await openPage(context, fleet.cloud.endpoints.console ?? '');
    page = opened.page;
    await page.clock.install();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await fleet?.stop();
  });

  const glance = () => shownText(page.locator('.glance'));
  /** Lets the page poll until it shows what is waited for; its clock runs ahead by each poll. */
  async function shows(pattern: RegExp, text: () => Promise<string> = glance): Promise<void> {
    await expect
      .poll(
        async () => {
          await page.clock.fastForward(POLL_MS);
          return text();
        },
        { timeout: 60_000, interval: 200 },
      )
      .toMatch(pattern);
  }
  const act = async (verb: string) => {
    await page.getByRole('button', { name: verb }).click();
    await page.getByRole('dialog').getByRole('button', { name: verb }).click();
  };

  it('a device connects: the page lists it, and shows its connection and what it subscribes to', async () => {
    const device = await fleet.connect(CLIENT_ID);
    await device.client.subscribeAsync('meters/7/#', { qos: 1 });
    await fleet.subscribed(CLIENT_ID, 'meters/7/#');

    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('link', { name: CLIENT_ID }).click();
    await shows(/Connected .* Expiry interval 1 h/);
    await page.getByRole('region', { name: 'Subscriptions' }).getByText('meters/7/#').waitFor();
    device.cut();
  });

  it('it drops, and messages come: the page shows since when it is away, until when it is waited for, and what waits', async () => {
    await fleet.away(CLIENT_ID);
    const publisher = await fleet.connect('publisher');
    await publisher.client.publishAsync(TOPIC, SCRIPT, { qos: 1 });
    await publisher.client.publishAsync('meters/7/second', Buffer.from([0xff, 0x00]), { qos: 1 });
    await fleet.logged(2);
    await shows(/Away since .* Expires in 5\d min .* Waiting 2 /);
    await page.getByLabel('Show payloads').check();
    await page.locator('.payload pre').nth(1).waitFor();
    expect(await page.locator('.payload pre').allTextContents()).toEqual([SCRIPT, '000000  ff 00  ..']);
    expect(await page.getByText(TOPIC).count()).toBe(1);
  });

  it('an operator changes its interval, while it is away', async () => {
    await page.getByRole('button', { name: 'Change interval' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Session Expiry Interval', { exact: true }).fill('2');
    await dialog.getByRole('button', { name: 'Change interval' }).click();
    await page.getByText('The Session Expiry Interval is now: 2 h.').waitFor();
    await shows(/Expires in 1 h 5\d min/);
  });

  it('it returns: the page shows that nothing waits any more, and how many it got', async () => {
    const device = await fleet.connect(CLIENT_ID);
    await shows(/Connected .* Waiting 0 .* Delivered 2 /);
    expect(device.texts(TOPIC)).toEqual([SCRIPT]);
  });

  it('its history tells the whole story, newest first', async () => {
    await shows(
      /Messages delivered 2 messages.*Session resumed .*Operator: change .*Disconnected .*Session started/,
      () => shownText(page.getByRole('region', { name: 'History' })),
    );
  });

  it('an operator closes its connection; the session stays', async () => {
    await act('Disconnect');
    await page.getByText('The connection was closed. The session stays.').waitFor();
    await shows(/Away since/);
  });

  it('an operator ends its session', async () => {
    await act('End session');
    await page.getByText('The client has no session', { exact: true }).waitFor();
    expect((await fleet.session(CLIENT_ID))?.status).not.toBe('connected');
  });

  it('an operator ends what has been away for long, and sees it end', async () => {
    const idle = await fleet.connect('durable-idle');
    idle.cut();
    await fleet.away('durable-idle');
    await page.getByRole('link', { name: 'End idle sessions' }).click();
    await page.getByLabel('Client identifiers').fill('durable-idle*');
    await page.getByLabel('Away for longer than', { exact: true }).fill('1');
    await page.getByLabel('Away for longer than: unit').selectOption('seconds');
    await shows(/1 session would end/, async () => {
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('examined.').waitFor();
      return shownText(page.locator('.preview'));
    });
    await page.getByRole('button', { name: 'End these sessions' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
    await shows(/Done: 1 session ended\./, () => shownText(page.getByRole('region', { name: 'Operation' })));
    expect((await fleet.session('durable-idle'))?.status).toBe('ended');
  });

  it('what is left of the service answers the page as well', async () => {
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByText('No dead letters').waitFor();
    await page.getByRole('link', { name: 'Advice' }).click();
    await page.getByText('Nothing to mend').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.tile', { hasText: 'Connected' }).waitFor();
    await page.locator('.plot canvas').first().waitFor();
  });

  it('all the while no script ran, no policy was violated, and nothing failed on the page', () => {
    expect(opened.faults).toEqual([]);
  });
});

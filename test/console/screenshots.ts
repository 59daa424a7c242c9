import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { hasChromium, newContext, openPage, startBrowser } from './browser.ts';
import { ConsoleSite } from './console-site.ts';
import { FixtureApi } from './fixture/fixture-api.ts';
import { sampleFleet } from './fixture/sample-fleet.ts';

/** Pictures of each page in docs/console, of a made-up fleet. In another folder, if given: of the whole pages. */
const [, , OTHER_FOLDER] = process.argv;
const FOLDER = OTHER_FOLDER ?? fileURLToPath(new URL('../../docs/console', import.meta.url));

type Shot = readonly [name: string, hash: string, look?: (page: Page) => Promise<unknown>];

const SHOTS: readonly Shot[] = [
  ['overview', '#/', (page) => page.getByText('Messages delivered', { exact: true }).waitFor()],
  ['sessions', '#/sessions'],
  ['session', '#/sessions/gateway-berlin-01', (page) => page.getByLabel('Show payloads').check()],
  ['subscribe', '#/sessions/gateway-berlin-01', writeSubscription],
  ['make-session', '#/make-session?clientId=gateway-berlin-02', writeSession],
  ['topics', '#/topics?topic=sites/berlin/3/commands/set'],
  ['filters', '#/filters'],
  ['advice', '#/advice'],
  ['dead-letters', '#/dead-letters'],
  ['end-idle', '#/end-idle', previewIdle],
];

const LOOKS: readonly (readonly [suffix: string, options: BrowserContextOptions])[] = [
  ['', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['-dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['-narrow', { colorScheme: 'light', viewport: { width: 400, height: 860 } }],
];

async function writeSubscription(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Subscribe/ }).click();
  await page.getByRole('dialog').getByLabel('Filter').fill('sites/berlin/+/alarms');
}

async function writeSession(page: Page): Promise<void> {
  await page.getByLabel('Filter').fill('sites/berlin/+/commands/#');
  await page.getByLabel('QoS').selectOption('2');
  await page.getByLabel('Subscription Identifier').fill('7');
  await page.getByRole('button', { name: 'Add a subscription' }).click();
  await page.getByLabel('Filter').last().fill('fleet/announcements');
  await page.getByLabel('No Local').last().check();
}

async function previewIdle(page: Page): Promise<void> {
  await page.getByLabel('Away for longer than', { exact: true }).fill('10');
  await page.getByLabel('Away for longer than: unit').selectOption('hours');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('examined.').waitFor();
}

async function main(): Promise<void> {
  if (!hasChromium) throw new Error('Chromium is not installed: apt-get install chromium');
  mkdirSync(FOLDER, { recursive: true });
  const api = await FixtureApi.start(sampleFleet());
  const site = await ConsoleSite.start({ apiUrl: api.url });
  const browser = await startBrowser();
  for (const [suffix, options] of LOOKS) {
    for (const [name, hash, look] of SHOTS) {
      const context = await newContext(browser, { ...options, locale: 'en-GB' });
      const { page } = await openPage(context, `${site.url}${hash}`);
      await page.waitForLoadState('networkidle');
      await look?.(page);
      await page.waitForLoadState('networkidle');
      // A question stands over the part of the page that it is about.
      if ((await page.getByRole('dialog').count()) === 0) await page.evaluate('scrollTo(0, 0)');
      await page.screenshot({ path: `${FOLDER}/${name}${suffix}.png`, fullPage: OTHER_FOLDER !== undefined });
      await context.close();
    }
  }
  await browser.close();
  await site.stop();
  await api.stop();
}

await main();

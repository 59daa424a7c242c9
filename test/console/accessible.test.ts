import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import {
  CONTROLS_WITHOUT_NAME,
  FAINT_TEXTS,
  HEADINGS_OUT_OF_ORDER,
  POSITIVE_TAB_INDEXES,
  WIDER_THAN_WINDOW,
} from './page-checks.ts';

announceWithoutChromium('the console without mouse or sight, and on narrow screens');

const PAGES = [
  '#/',
  '#/sessions',
  '#/sessions/gateway-berlin-01',
  '#/make-session',
  '#/topics?topic=fleet/announcements',
  '#/filters',
  '#/advice',
  '#/dead-letters',
  '#/end-idle',
];

describe.runIf(hasChromium)('the console', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  /** Follows the addresses in one page, and says what the check has found on each. */
  async function foundOn(page: Page, check: string): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const hash of PAGES) {
      await page.goto(`${desk.site.url}${hash}`);
      await eventually(async () => expect(await page.locator('.loading').count()).toBe(0));
      const here = (await page.evaluate(check)) as unknown[];
      if (here.length > 0) found[hash] = here;
    }
    return found;
  }

  it('every control has a name, and none is taken out of the order of the page', async () => {
    const page = await desk.open('#/');
    expect(await foundOn(page, CONTROLS_WITHOUT_NAME)).toEqual({});
    expect(await foundOn(page, POSITIVE_TAB_INDEXES)).toEqual({});
    expect(await foundOn(page, HEADINGS_OUT_OF_ORDER)).toEqual({});

    await page.goto(`${desk.site.url}#/sessions/gateway-berlin-01`);
    await page.getByRole('button', { name: 'Change interval' }).click();
    expect(await page.evaluate(CONTROLS_WITHOUT_NAME)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('text can be told from its ground, in %s', async (colorScheme) => {
    const page = await desk.open('#/', { colorScheme });
    expect(await foundOn(page, FAINT_TEXTS)).toEqual({});
  });

  it('nothing is wider than a window of 400 pixels', async () => {
    const page = await desk.open('#/', { viewport: { width: 400, height: 800 } });
    expect(await foundOn(page, WIDER_THAN_WINDOW)).toEqual({});
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Advice' }).click();
    await page.getByRole('heading', { name: 'Advice', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: 'Filters' }).isVisible()).toBe(false);
  });

  it('Tab goes from the skip link through the pages to the content, and shows where it is', async () => {
    const page = await desk.open('#/sessions');
    await page.getByText('50 shown').waitFor();
    const names: string[] = [];
    for (let presses = 0; presses < 14; presses += 1) {
      await page.keyboard.press('Tab');
      const { name, outline } = (await page.evaluate(
        '({ name: document.activeElement.name || document.activeElement.textContent, outline: getComputedStyle(document.activeElement).outlineStyle })',
      )) as { name: string; outline: string };
      names.push(name);
      expect(outline, name).not.toBe('none');
    }
    const [skip, brand, ...rest] = names;
    expect([skip, brand]).toEqual(['Skip to content', 'MQTT sessions']);
    expect(rest.slice(0, 9)).toEqual([
      'Overview',
      'Sessions',
      'Topic look-up',
      'Filters',
      'Advice',
      'Dead letters',
      'End idle sessions',
      'Make a session',
      'prefix',
    ]);
  });

  it('the skip link leads into the content', async () => {
    const page = await desk.open('#/end-idle');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.getByLabel('Client identifiers').evaluate('document.activeElement.value')).toBe('*');
  });

  it('another page takes the focus to its heading and its name into the title', async () => {
    const page = await desk.open('#/');
    await page.getByRole('link', { name: 'Dead letters' }).press('Enter');
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    await eventually(async () => {
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Dead letters');
      expect(await page.title()).toBe('Dead letters – MQTT sessions');
    });
    const current = page.locator('[aria-current=page]');
    expect(await current.allTextContents()).toEqual(['Dead letters']);
  });

  it('nothing moves where less motion is wanted', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01', { reducedMotion: 'reduce' });
    await page.locator('.glance').waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});

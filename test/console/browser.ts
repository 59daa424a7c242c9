import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

export const hasChromium = existsSync(EXECUTABLE);

/** Says once in a file that its tests need a browser which is not there. */
export function announceWithoutChromium(what: string): void {
  if (!hasChromium) console.log(`left out: ${what}: Chromium is not installed (${EXECUTABLE})`);
}

export function startBrowser(): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

/** A page, and everything on it that must not be: violations of its policy, dialogs, errors. */
export interface GuardedPage {
  readonly page: Page;
  readonly faults: string[];
}

/** A place for pages, of the size of an ordinary window unless said otherwise. */
export function newContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
}

export async function openPage(context: BrowserContext, url: string): Promise<GuardedPage> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself writes a line for each answer of 400 and above; those are looked at where they matter.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) faults.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** What a reader sees of an element, in one line. */
export async function shownText(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is not shown is not to be told
  return (await locator.innerText()).replaceAll(/\s+/g, ' ');
}

import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ConfigurationInput } from '#session/configuration/configuration';
import { Fleet } from '#test/scenarios/fleet';
import { type GuardedPage, newContext, openPage, shownText, startBrowser } from './browser.ts';

const CONFIGURATION: ConfigurationInput & { console: object } = {
  durableTopics: ['#'],
  policies: [{ clients: '*', sessionExpiryInterval: 3_600 }],
  settings: { settleSeconds: 1 },
  console: {},
};
const POLL_MS = 10_000;

/** The console of the stack as it is deployed, in a browser, beside real devices. */
export class LocalCloudDesk {
  readonly fleet: Fleet;
  readonly opened: GuardedPage;
  /** Functions, by their constructs, that DynamoDB lets nothing do. */
  readonly denied: Set<string>;
  private readonly browser: Browser;

  private constructor(fleet: Fleet, opened: GuardedPage, browser: Browser, denied: Set<string>) {
    this.fleet = fleet;
    this.opened = opened;
    this.browser = browser;
    this.denied = denied;
  }

  static async start(): Promise<LocalCloudDesk> {
    const denied = new Set<string>();
    const starting = Fleet.start(CONFIGURATION, {
      retryDelaysSeconds: [0.1, 0.1],
      throttle: (_, caller) =>
        [...denied].some((name) => caller?.startsWith(name)) ? 'AccessDeniedException' : undefined,
    });
    const [fleet, browser] = await Promise.all([starting, startBrowser()]);
    const opened = await openPage(await newContext(browser), fleet.cloud.endpoints.console ?? '');
    await opened.page.clock.install();
    return new LocalCloudDesk(fleet, opened, browser, denied);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.fleet.stop();
  }

  get page(): Page {
    return this.opened.page;
  }

  /** What the card says that is looked at first. */
  glance(): Promise<string> {
    return shownText(this.page.locator('.glance'));
  }

  /** Lets the page poll until it shows what is waited for; its clock runs ahead by each poll. */
  async shows(pattern: RegExp, text: () => Promise<string> = () => this.glance()): Promise<void> {
    await expect
      .poll(
        async () => {
          await this.page.clock.fastForward(POLL_MS);
          return text();
        },
        { timeout: 60_000, interval: 200 },
      )
      .toMatch(pattern);
  }

  /** Presses a button and confirms what it asks. */
  async act(verb: string): Promise<void> {
    await this.page.getByRole('button', { name: verb }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: verb }).click();
  }
}

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { newContext, openPage, startBrowser } from './browser.ts';
import { ConsoleSite } from './console-site.ts';
import { FixtureApi } from './fixture/fixture-api.ts';
import { sampleFleet } from './fixture/sample-fleet.ts';

/** The built console in a browser, on an API that answers from a made-up fleet. */
export class ConsoleUnderTest {
  readonly api: FixtureApi;
  readonly site: ConsoleSite;
  /** Shared by the tests of a file, since a context of its own costs each the start of a process. */
  private readonly context: BrowserContext;
  private pages: Page[] = [];
  private faults: string[][] = [];

  private constructor(api: FixtureApi, site: ConsoleSite, context: BrowserContext) {
    this.api = api;
    this.site = site;
    this.context = context;
  }

  static async start(): Promise<ConsoleUnderTest> {
    const api = await FixtureApi.start(sampleFleet());
    const [site, browser] = await Promise.all([ConsoleSite.start({ apiUrl: api.url }), startBrowser()]);
    return new ConsoleUnderTest(api, site, await newContext(browser));
  }

  /** @example await console.open('#/sessions') */
  async open(hash: string, options?: BrowserContextOptions): Promise<Page> {
    const context = options === undefined ? this.context : await newContext(this.browser, options);
    const { page, faults } = await openPage(context, `${this.site.url}${hash}`);
    this.pages.push(page);
    this.faults.push(faults);
    return page;
  }

  /** Closes what a test has opened and begins with a new fleet; says what must not have been. */
  async reset(): Promise<string[]> {
    const faults = this.faults.flat();
    for (const page of this.pages) {
      if (page.context() === this.context) await page.close();
      else await page.context().close();
    }
    this.pages = [];
    this.faults = [];
    this.api.fleet = sampleFleet();
    this.api.interfere = () => undefined;
    this.api.requests.length = 0;
    return faults;
  }

  private get browser(): Browser {
    const browser = this.context.browser();
    if (browser === null) throw new Error('The browser is closed');
    return browser;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.site.stop();
    await this.api.stop();
  }
}

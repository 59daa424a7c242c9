import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import {
  announceWithoutChromium,
  type GuardedPage,
  hasChromium,
  newContext,
  openPage,
  shownText,
  startBrowser,
} from './browser.ts';
import { ConsoleSite } from './console-site.ts';
import { FixtureApi } from './fixture/fixture-api.ts';
import { Issuer } from './fixture/issuer.ts';
import { sampleFleet } from './fixture/sample-fleet.ts';

announceWithoutChromium('how operators sign in to the console');

describe.runIf(hasChromium)('how operators sign in to the console', () => {
  let api: FixtureApi;
  let issuer: Issuer;
  let site: ConsoleSite;
  let browser: Browser;
  let tab: GuardedPage | undefined;

  beforeAll(async () => {
    api = await FixtureApi.start(sampleFleet());
    issuer = await Issuer.start();
    const auth = { issuer: issuer.url, clientId: 'console', scopes: ['openid', 'sessions/read'] };
    [site, browser] = await Promise.all([ConsoleSite.start({ apiUrl: api.url, auth }), startBrowser()]);
    api.interfere = (_asked, { headers: { authorization } }) =>
      issuer.accepted.has((authorization ?? '').replace(/^Bearer /, ''))
        ? undefined
        : { status: 401, body: { message: 'Unauthorized' } };
  });
  beforeEach(() => {
    issuer.lifetimeSeconds = 3_600;
    issuer.grants.length = 0;
  });
  afterEach(async () => {
    // A page that is left open would go on to ask for tokens.
    await tab?.page.context().close();
    expect(tab?.faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await issuer?.stop();
    await api?.stop();
  });

  /** A tab of somebody who has not signed in. */
  async function open(hash: string) {
    tab = await openPage(await newContext(browser), `${site.url}${hash}`);
    return tab.page;
  }

  it('signs in with PKCE, and comes back to the page that was asked for', async () => {
    const page = await open('#/filters?prefix=fleet/');
    await page.getByText('1 shown', { exact: true }).waitFor();
    expect(page.url()).toBe(`${site.url}#/filters?prefix=fleet/`);
    expect(issuer.grants).toEqual(['authorization_code']);

    await page.reload();
    await page.getByText('1 shown', { exact: true }).waitFor();
    expect(issuer.grants).toEqual(['authorization_code']);
  });

  it('exchanges a token that is about to end, once for all that need it', async () => {
    issuer.lifetimeSeconds = 10;
    const page = await open('#/');
    await page.locator('.tile').first().waitFor();
    await page.locator('.plot').first().waitFor();
    // The first two requests go out together and find the token old.
    expect(issuer.grants.slice(0, 2)).toEqual(['authorization_code', 'refresh_token']);
    expect(issuer.grants.length).toBe(2);
  });

  it('a token that the API refuses is said so; trying again signs in anew', async () => {
    const page = await open('#/advice');
    await page.getByText('Shared client identifier').waitFor();
    issuer.accepted.clear();
    await page.getByRole('link', { name: 'Filters' }).click();
    expect(await shownText(page.getByRole('alert'))).toContain('Sign in again.');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('20 shown, there are more').waitFor();
    expect(issuer.grants).toEqual(['authorization_code', 'authorization_code']);
  });

  it('signs out: the tokens are forgotten here, and revoked there', async () => {
    const page = await open('#/advice');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Signed out').waitFor();
    expect(new URL(page.url()).searchParams.get('post_logout_redirect_uri')).toBe(site.url);
    await eventually(() => expect(issuer.revoked.length).toBe(1));
    await page.goto(site.url);
    await page.locator('.tile').first().waitFor();
    expect(issuer.grants).toEqual(['authorization_code', 'authorization_code']);
  });

  it('an answer that this tab has not asked for is not taken', async () => {
    const page = await open('?code=stolen&state=other#/advice');
    await page.getByText('Shared client identifier').waitFor();
    expect(issuer.grants).toEqual(['authorization_code']);
    expect(page.url()).not.toContain('stolen');
  });

  it('an issuer that cannot be reached is said, in place of the page', async () => {
    const context = await newContext(browser);
    await context.route(`${issuer.url}/**`, (route) => route.abort());
    tab = await openPage(context, site.url);
    await tab.page.getByRole('heading', { name: 'The console could not start' }).waitFor();
  });
});

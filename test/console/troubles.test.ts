import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import { refused } from './fixture/answers.ts';
import { sampleSession, subscription, withWaiting } from './fixture/sample-session.ts';

announceWithoutChromium('the console in trouble');

const PAGES = ['#/', '#/sessions', '#/topics?topic=a', '#/filters', '#/advice', '#/dead-letters'];

/** Would run, call attention to itself, or look like something else, if it were taken for anything but text. */
const HOSTILE = [
  `"'><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>`,
  'javascript:alert(4)',
];

describe.runIf(hasChromium)('the console in trouble', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  it('script in client identifiers, topics, filters and payloads is shown and never executed', async () => {
    const { fleet } = desk.api;
    for (const hostile of HOSTILE) {
      const subscriptions = [subscription(hostile, fleet.nowMs)];
      const will = { topic: hostile, qos: 0 as const, retain: false, delayInterval: 0, bytes: 1 };
      const drops = {
        counts: { expired: 1 },
        last: [{ reason: 'expired', topic: hostile, at: new Date().toISOString() }],
      };
      const changes = { subscriptions, will, drops, principal: hostile, disconnectReason: hostile };
      const sample = sampleSession(hostile, fleet.nowMs, changes);
      fleet.sessions.set(
        hostile,
        withWaiting(sample, [{ topic: hostile, payload: hostile, ageSeconds: 1 }], fleet.nowMs),
      );
    }
    fleet.deadLetters = HOSTILE.map((hostile, index) => ({
      id: String(index),
      receivedAt: new Date().toISOString(),
      source: hostile,
      isRedrivable: true,
      error: hostile,
      body: hostile,
    }));
    fleet.advice = HOSTILE.map((hostile, index) => ({
      id: String(index),
      kind: 'broadFilter',
      severity: 'warning',
      clientId: hostile,
      filter: hostile,
      summary: hostile,
      evidence: { [hostile]: hostile },
      change: { text: hostile, policy: hostile },
    }));
    const page = await desk.open('#/dead-letters');
    await page.getByText('The event').first().click();
    expect(await page.locator('.letter h2').allTextContents()).toEqual(HOSTILE);
    await page.goto(`${desk.site.url}#/advice`);
    await page.locator('.advice').first().waitFor();
    expect(await page.locator('.advice-change').allTextContents()).toEqual(HOSTILE);
    expect(await page.locator('.policy pre').allTextContents()).toEqual(HOSTILE);
    for (const hostile of HOSTILE) {
      await page.goto(`${desk.site.url}#/topics?topic=${encodeURIComponent(hostile)}`);
      await page.getByRole('link', { name: hostile }).click();
      await page.getByLabel('Show payloads').check();
      expect(await page.locator('.payload pre').textContent()).toBe(hostile);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Session of ${hostile}`);
      expect(new URL(page.url()).hash).toBe(`#/sessions/${encodeURIComponent(hostile)}`);
    }
  });

  it('a policy that is violated is noticed by these tests', async () => {
    const page = await desk.open('#/');
    await page.evaluate(
      "document.head.append(Object.assign(document.createElement('style'), { textContent: '*{}' }))",
    );
    const [fault = ''] = await desk.reset();
    expect(fault).toContain('Content Security Policy');
  });

  it('what cannot be seen in a client identifier is written out', async () => {
    const { fleet } = desk.api;
    const clientId = 'meter\u202e7\u0000';
    fleet.sessions.set(clientId, sampleSession(clientId, fleet.nowMs));
    const page = await desk.open('#/sessions?prefix=meter%E2%80%AE');
    await page.getByRole('link', { name: String.raw`meter\u{202e}7\u{0}` }).click();
    await page.locator('.glance').waitFor();
  });

  it.each(PAGES)('%s: a failure says what came and what to do, and can be tried again', async (hash) => {
    desk.api.interfere = () => refused('service.busy', 'DynamoDB throttles.');
    const page = await desk.open(hash);
    const problem = page.getByRole('alert').first();
    expect(await shownText(problem)).toMatch(/The service is busy DynamoDB throttles\..*Try again/);
    desk.api.interfere = () => undefined;
    const buttons = await page.getByRole('button', { name: 'Try again' }).all();
    // From the last to the first, since one that has helped is gone.
    for (const again of buttons.reverse()) await again.click();
    await problem.waitFor({ state: 'detached' });
  });

  it('an API that cannot be reached is named', async () => {
    const page = await desk.open('#/advice');
    await page.route(`${desk.api.url}/**`, (route) => route.abort());
    await page.getByRole('link', { name: 'Filters' }).click();
    const problem = await shownText(page.getByRole('alert'));
    expect(problem).toContain('The API did not answer');
    expect(problem).toContain(desk.api.url);
  });

  it('a client without a session: said so, with the way on', async () => {
    const page = await desk.open('#/sessions/nobody');
    const problem = await shownText(page.getByRole('alert'));
    expect(problem).toMatch(/The client has no session .* session\.notFound/);
    await page.getByText('No history').waitFor();
  });

  it('a page that does not exist leads back', async () => {
    const page = await desk.open('#/nowhere');
    await page.getByRole('heading', { name: 'No such page' }).waitFor();
    await page.goto(`${desk.site.url}#/sessions/%zz`);
    await page.getByRole('heading', { name: 'No such page' }).waitFor();
  });

  it('while nothing has come yet, it is said what is loading', async () => {
    let answer = () => {};
    const held = new Promise<undefined>((resolve) => {
      answer = () => resolve(undefined);
    });
    desk.api.interfere = () => held;
    const page = await desk.open('#/filters');
    await page.getByText('Loading filters').waitFor();
    answer();
    await page.getByText('20 shown, there are more').waitFor();
  });

  it('a service without anything: every page says so', async () => {
    desk.api.fleet = { nowMs: Date.now(), sessions: new Map(), advice: [], deadLetters: [], points: [] };
    const page = await desk.open('#/sessions');
    await page.getByText('No sessions yet').waitFor();
    await page.getByRole('link', { name: 'Filters' }).click();
    await page.getByText('No durable filters yet').waitFor();
    await page.getByRole('link', { name: 'Advice' }).click();
    await page.getByText('Nothing to fix').waitFor();
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByText('No dead letters').waitFor();
    await page.getByRole('link', { name: 'Topic look-up' }).click();
    await page.getByText('No topic yet').waitFor();
    await page.goto(`${desk.site.url}#/topics?topic=a`);
    await page.getByText('Nobody would get it').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.tile', { hasText: 'Connected' }).getByText('0').waitFor();
  });

  it('pages of a list that hold nothing are followed to the next that does', async () => {
    desk.api.interfere = ({ path, query }) => {
      const page = Number(query.get('cursor') ?? 0);
      return path[0] === 'sessions' && page < 3
        ? { status: 200, body: { sessions: [], nextCursor: String(page + 1) } }
        : undefined;
    };
    const page = await desk.open('#/sessions');
    await page.getByText('50 shown, there are more').waitFor();
  });
});

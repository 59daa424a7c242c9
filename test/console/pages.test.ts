import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import { isoTime, MINUTE_MS, sampleSession } from './fixture/sample-session.ts';

announceWithoutChromium('the pages of the console');

describe.runIf(hasChromium)('the pages of the console', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  it('the pages are found under what one does there', async () => {
    const page = await desk.open('#/');
    const under = async (title: string) =>
      shownText(page.getByRole('navigation').getByRole('list', { name: title, exact: true }));
    expect(await under('Monitor')).toBe('Overview Sessions Topic look-up Filters');
    expect(await under('Troubleshoot')).toBe('Advice Dead letters End idle sessions');
  });

  it('overview: the counts of the fleet, and curves that say their newest values', async () => {
    const page = await desk.open('#/');
    await page.locator('.tile', { hasText: 'Connected' }).getByText('87').waitFor();
    await page.locator('.tile', { hasText: 'Away' }).getByText('44').waitFor();
    expect(await page.locator('.legend li', { hasText: 'connected' }).textContent()).toBe('connected 87');
    expect(await page.locator('.plot canvas').count()).toBe(4);
    const described = await page.getByRole('img', { name: /^Sessions\. connected: now 87/ }).count();
    expect(described).toBe(1);

    await page.getByLabel('6 hours').check();
    await eventually(() => expect(desk.api.requests).toContain('GET /stats/points?hours=6'));
  });

  it('overview: is asked for anew every 10 seconds, unless paused', async () => {
    // In a context of its own, since the clock is the whole context's.
    const page = await desk.open('#/advice', {});
    await page.clock.install();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.tile', { hasText: 'Connected' }).waitFor();
    const polls = () => desk.api.requests.filter((request) => request === 'GET /stats').length;
    desk.api.fleet.sessions.delete('meter-0001');
    await page.clock.runFor(10_000);
    await page.locator('.tile', { hasText: 'Connected' }).getByText('86').waitFor();

    await page.getByRole('button', { name: 'Pause updates' }).click();
    const before = polls();
    await page.clock.runFor(60_000);
    expect(polls()).toBe(before);
  });

  it('sessions: a search is kept in the address, and follows cursors when asked', async () => {
    const page = await desk.open('#/sessions');
    const rows = page.locator('tbody tr');
    await page.getByText('50 shown, there are more').waitFor();
    await page.getByRole('button', { name: 'More sessions' }).click();
    await page.getByText('100 shown, there are more').waitFor();
    expect(await rows.count()).toBe(100);

    await page.getByLabel('Begins with').fill('meter-00');
    await page.getByLabel('Status').selectOption('away');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('33 shown', { exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/sessions?prefix=meter-00&status=disconnected');
    expect(await rows.first().textContent()).toContain('meter-0003');

    await page.reload();
    await page.getByText('33 shown', { exact: true }).waitFor();
    expect(await page.getByLabel('Begins with').inputValue()).toBe('meter-00');
  });

  it('sessions: times of a search are meant in the time zone of the operator', async () => {
    const page = await desk.open('#/sessions', { timezoneId: 'Asia/Tokyo' });
    await page.getByLabel('Expires before').fill('2030-01-02T09:00');
    await page.getByRole('button', { name: 'Search' }).click();
    await eventually(() =>
      expect(desk.api.requests.at(-1)).toBe('GET /sessions?expiresBefore=2030-01-02T00%3A00%3A00.000Z'),
    );
  });

  it('session: its connection, expiry, subscriptions, exchanges, will, drops and time line', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    const text = (name: string) => shownText(page.getByRole('region', { name, exact: true }));
    await page.getByText('sites/berlin/3/commands/firmware').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Session of gateway-berlin-01');
    expect(await text('At a glance')).toMatch(
      /Away since 47 min.*MQTT_KEEP_ALIVE_TIMEOUT.*Expires in 1 h 1[23] min/,
    );
    expect(await text('Subscriptions')).toMatch(/sites\/berlin\/\+\/commands\/# 2 – 7/);
    expect(await text('Inflight')).toMatch(/packet 42, QoS 2, released, not completed/);
    expect(await text('Will')).toMatch(/sites\/berlin\/gateway-berlin-01\/status/);
    expect(await text('Drops')).toMatch(/Expired 14 Too large 2/);
    expect(await text('History')).toMatch(
      /Taken over by a new connection.*Operator: change interval.*Session expired/,
    );
    expect(await page.locator('.time-line rect.connected').count()).toBe(4);
    expect(await text('Advice')).toContain('Shared client identifier');
  });

  it('session: counts down to its expiry', async () => {
    const { fleet } = desk.api;
    fleet.sessions.set(
      'soon',
      sampleSession('soon', fleet.nowMs, { expiresAt: isoTime(Date.now() + MINUTE_MS) }),
    );
    const page = await desk.open('#/sessions/soon');
    const left = async () =>
      Number(/Expires\s*in (\d+) s/.exec(await shownText(page.locator('.glance')))?.[1]);
    const first = await eventually(async () => {
      const seconds = await left();
      expect(seconds).toBeLessThanOrEqual(59);
      return seconds;
    });
    await eventually(async () => expect(await left()).toBeLessThan(first));
  });

  it('session: where nothing waits it says why', async () => {
    const { fleet } = desk.api;
    fleet.sessions.set('silent', sampleSession('silent', fleet.nowMs, { subscriptions: [], dropped: 3 }));
    const page = await desk.open('#/sessions/silent');
    const waiting = page.getByRole('region', { name: 'Waiting messages', exact: true });
    await waiting
      .getByText('no subscriptions, so nothing is kept for it. 3 messages did not reach')
      .waitFor();
  });

  it('session: payloads come only when asked for, as text or in hexadecimal', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByText('sites/berlin/3/commands/firmware').waitFor();
    expect(desk.api.requests.filter((request) => request.includes('payload'))).toEqual([]);

    await page.getByLabel('Show payloads').check();
    await page.getByText('{"valve":"shut"}').waitFor();
    await page.getByText('000000  7f 45 4c 46 02 01  .ELF..').waitFor();
    await page.getByRole('button', { name: 'Hex' }).last().click();
    await page.getByText('000010  32 3a 30 30 20 55 54 43').waitFor();
  });

  it('session: a message is traced', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByLabel('Topic of the message').fill('sites/berlin/9/commands/set');
    await page.getByRole('button', { name: 'Trace' }).click();
    await page.getByText('The message waits for the client to return.').waitFor();
  });

  it('topics: who would get a message, through which filter', async () => {
    const page = await desk.open('#/topics');
    await page.getByLabel('Topic', { exact: true }).fill('devices/meter-0007/commands/read');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('link', { name: 'meter-0007' }).waitFor();
    expect(await page.locator('tbody tr').textContent()).toContain('devices/meter-0007/commands/#');
    expect(desk.api.requests.at(-1)).toBe(
      `GET /topics/~${Buffer.from('devices/meter-0007/commands/read').toString('base64url')}/subscribers`,
    );
  });

  it('filters: with subscribers and rates', async () => {
    const page = await desk.open('#/filters?prefix=fleet/');
    await page.getByText('1 shown', { exact: true }).waitFor();
    expect(await shownText(page.locator('tbody tr'))).toBe('fleet/announcements 1 0 1 d');
  });

  it('advice: with its evidence and a policy to copy', async () => {
    const page = await desk.open('#/advice');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy policy' }).click();
    await page.getByText('Copied').waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(JSON.parse(copied as string)).toEqual({ clients: 'meter-*', maximumSessionExpiryInterval: 7200 });
    const evidence = page.locator('.advice', { hasText: 'Interval too long' }).locator('dl');
    expect(await shownText(evidence)).toMatch(/Longest away 42 min/);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import { refused } from './fixture/answers.ts';
import { CONTROLS_WITHOUT_NAME, WIDER_THAN_WINDOW } from './page-checks.ts';

announceWithoutChromium('making a session in the console');

describe.runIf(hasChromium)('making a session in the console', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  const acts = () => desk.api.requests.filter((request) => !request.startsWith('GET'));
  const made = (clientId: string) => desk.api.fleet.sessions.get(clientId)?.session;

  it('from the list: written, asked about, made, and its page opened', async () => {
    const page = await desk.open('#/sessions');
    await page.getByRole('link', { name: 'Make a session' }).click();
    await eventually(async () => expect(await page.title()).toBe('Make a session – MQTT sessions'));
    expect(await page.locator('[aria-current=page]').allTextContents()).toEqual(['Sessions']);

    await page.getByLabel('Client identifier').fill('new/7 ü');
    await page.getByLabel('Session Expiry Interval', { exact: true }).fill('2');
    await page.getByLabel('Session Expiry Interval: unit').selectOption('days');
    await page.getByLabel('Filter').fill('new/7/#');
    await page.getByLabel('QoS').selectOption('2');
    await page.getByLabel('Subscription Identifier').fill('9');
    await page.getByLabel('Retain As Published').check();
    await page.getByRole('button', { name: 'Add a subscription' }).click();
    await page.getByLabel('Filter').last().fill('fleet/+');
    await page.getByLabel('No Local').last().check();
    await page.getByRole('button', { name: 'Make session' }).click();
    const dialog = page.getByRole('dialog');
    expect(await shownText(dialog)).toMatch(/new\/7 ü .*one of 2 subscriptions .*interval: 2 d/);
    expect(acts()).toEqual([]);
    await dialog.getByRole('button', { name: 'Make session' }).click();

    await page.locator('.glance').waitFor();
    expect(await shownText(page.locator('.glance'))).toMatch(
      /Away since not connected yet Expires in (2 d|1 d 23 h)/,
    );
    expect(new URL(page.url()).hash).toBe(`#/sessions/${encodeURIComponent('new/7 ü')}`);
    await eventually(async () =>
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Session of new/7 ü'),
    );
    expect(acts()).toEqual([`PUT /sessions/~${Buffer.from('new/7 ü').toString('base64url')}`]);
    expect(made('new/7 ü')).toMatchObject({
      sessionExpiryInterval: 172_800,
      subscriptions: [
        { filter: 'new/7/#', qos: 2, noLocal: false, retainAsPublished: true, subscriptionIdentifier: 9 },
        { filter: 'fleet/+', qos: 1, noLocal: true, retainAsPublished: false },
      ],
    });
  });

  it('by keyboard alone: subscriptions come and go, and the focus goes with them', async () => {
    const page = await desk.open('#/make-session?clientId=by-keyboard');
    const focusIsOn = (name: string) =>
      eventually(async () => {
        const focused =
          'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent';
        expect(await page.evaluate(focused)).toBe(name);
      });
    await page.getByRole('button', { name: 'Add a subscription' }).press('Enter');
    await focusIsOn('Filter');
    await page.keyboard.type('second/#');
    await page.getByRole('button', { name: 'Remove subscription 1' }).press('Enter');
    await focusIsOn('Add a subscription');
    expect(await page.getByLabel('Filter').inputValue()).toBe('second/#');
    await page.getByLabel('Filter').press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Make session' }).press('Enter');
    await page.locator('.glance').waitFor();
    expect(made('by-keyboard')?.subscriptions).toMatchObject([{ filter: 'second/#', qos: 1 }]);
  });

  it('without subscriptions, and for ever: both are said before', async () => {
    const page = await desk.open('#/make-session?clientId=bare');
    await page.getByRole('button', { name: 'Remove subscription 1' }).click();
    await page.getByText('Nothing is kept for this client until it subscribes.').waitFor();
    await page.getByLabel('Session Expiry Interval: unit').selectOption('never');
    await page.getByRole('button', { name: 'Make session' }).click();
    const dialog = page.getByRole('dialog');
    expect(await shownText(dialog)).toMatch(/nothing waits in it .*never expires/);
    await dialog.getByRole('button', { name: 'Make session' }).click();
    await page.locator('.glance').waitFor();
    expect(made('bare')).toMatchObject({ sessionExpiryInterval: 4_294_967_295, subscriptions: [] });
  });

  it('what the API refuses of a field is told at the field, which takes the focus', async () => {
    const page = await desk.open('#/make-session?clientId=wrong', { viewport: { width: 400, height: 800 } });
    await page.getByLabel('Session Expiry Interval', { exact: true }).fill('0');
    await page.getByLabel('Filter').fill('right/#');
    await page.getByRole('button', { name: 'Add a subscription' }).click();
    await page.getByLabel('Filter').last().fill('a/#/b');
    await page.getByRole('button', { name: 'Make session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make session' }).click();

    const wrong = page.locator('[aria-invalid]');
    await eventually(async () => expect(await wrong.count()).toBe(2));
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    const describedBy = await wrong.last().getAttribute('aria-describedby');
    expect(await page.locator(`[id="${describedBy}"]`).textContent()).toMatch(/#/);
    await eventually(async () => expect(await page.evaluate('document.activeElement.value')).toBe('0'));
    expect(await page.evaluate(CONTROLS_WITHOUT_NAME)).toEqual([]);
    expect(await page.evaluate(WIDER_THAN_WINDOW)).toEqual([]);

    await page.getByLabel('Session Expiry Interval', { exact: true }).fill('1');
    await eventually(async () => expect(await wrong.count()).toBe(0));
    await page.getByLabel('Filter').last().fill('a/b/#');
    await page.getByRole('button', { name: 'Make session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make session' }).click();
    await page.locator('.glance').waitFor();
  });

  it('what is refused for another reason is told in the question; what was written stays', async () => {
    desk.api.interfere = ({ method }) =>
      method === 'PUT' ? refused('request.invalid', 'Clients x-* are ignored by their policy') : undefined;
    const page = await desk.open('#/make-session?clientId=x-1');
    await page.getByLabel('Filter').fill('a');
    await page.getByRole('button', { name: 'Make session' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make session' }).click();
    expect(await shownText(dialog.getByRole('alert'))).toContain('Clients x-* are ignored by their policy');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await eventually(async () => expect(await page.getByRole('alert').count()).toBe(0));
    expect(await page.getByLabel('Filter').inputValue()).toBe('a');
    expect(made('x-1')).toBeUndefined();
  });

  it('of a client that has one, nothing is changed, and it is shown the way there', async () => {
    const page = await desk.open('#/make-session?clientId=gateway-berlin-01');
    await page.getByLabel('Filter').fill('a');
    await page.getByRole('button', { name: 'Make session' }).click();
    const known = page.getByRole('status').filter({ hasText: 'has a session already. Nothing was changed.' });
    await known.getByRole('link', { name: 'gateway-berlin-01' }).click();
    await page.locator('.glance').waitFor();
    expect(acts()).toEqual([]);
  });

  it('of a client that has come while the question stood, nothing is changed', async () => {
    const page = await desk.open('#/make-session?clientId=comes-meanwhile');
    await page.getByLabel('Filter').fill('a/#');
    await page.getByRole('button', { name: 'Make session' }).click();
    const make = page.getByRole('dialog').getByRole('button', { name: 'Make session' });
    await make.waitFor();
    const [known] = desk.api.fleet.sessions.values();
    if (known === undefined) throw new Error('The fleet has no session');
    desk.api.fleet.sessions.set('comes-meanwhile', known);
    await make.click();
    await page.getByText('has a session already. Nothing was changed.').waitFor();
    expect(acts()).toEqual(['PUT /sessions/comes-meanwhile']);
    expect(made('comes-meanwhile')).toBe(known.session);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('a failure of the question itself is told on the page', async () => {
    desk.api.interfere = () => refused('service.busy', 'DynamoDB throttles.');
    const page = await desk.open('#/make-session?clientId=busy');
    await page.getByLabel('Filter').fill('a');
    await page.getByRole('button', { name: 'Make session' }).click();
    expect(await shownText(page.getByRole('alert'))).toContain('DynamoDB throttles.');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('a client without a session is offered one', async () => {
    const page = await desk.open('#/sessions/nobody');
    await page.getByRole('link', { name: 'Make a session' }).click();
    expect(await page.getByLabel('Client identifier').inputValue()).toBe('nobody');
  });
});

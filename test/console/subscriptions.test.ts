import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '#api/schemas/problem';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import { refused } from './fixture/answers.ts';
import { CONTROLS_WITHOUT_NAME, WIDER_THAN_WINDOW } from './page-checks.ts';

announceWithoutChromium('the subscriptions of a session in the console');

const AWAY = 'gateway-berlin-01';
const CONNECTED = 'meter-0001';

describe.runIf(hasChromium)('the subscriptions of a session in the console', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  const acts = () => desk.api.requests.filter((request) => !request.startsWith('GET'));
  const held = (clientId: string) => desk.api.fleet.sessions.get(clientId)?.session.subscriptions ?? [];
  const segment = (text: string) => `~${Buffer.from(text).toString('base64url')}`;

  async function open(clientId: string, options?: Parameters<ConsoleUnderTest['open']>[1]) {
    const page = await desk.open(`#/sessions/${clientId}`, options);
    const card = page.getByRole('region', { name: 'Subscriptions' });
    const subscribe = card.getByRole('button', { name: /^Subscribe/ });
    await subscribe.waitFor();
    return { page, card, subscribe, dialog: page.getByRole('dialog') };
  }

  it('one more is written, asked about and made; the others stay', async () => {
    const { page, card, subscribe, dialog } = await open(AWAY);
    const before = held(AWAY).map(({ filter }) => filter);
    await subscribe.click();
    await dialog.getByLabel('Filter').fill('sites/+/alarms');
    await dialog.getByLabel('QoS').selectOption('2');
    await dialog.getByLabel('Subscription Identifier').fill('7');
    await dialog.getByLabel('No Local').check();
    expect(acts()).toEqual([]);
    await dialog.getByRole('button', { name: 'Subscribe' }).click();

    await card.getByText('The session is subscribed to sites/+/alarms.').waitFor();
    expect(acts()).toEqual([`PUT /sessions/${AWAY}/subscriptions/${segment('sites/+/alarms')}`]);
    expect(held(AWAY).map(({ filter }) => filter)).toEqual([...before, 'sites/+/alarms']);
    expect(held(AWAY).at(-1)).toMatchObject({ qos: 2, noLocal: true, subscriptionIdentifier: 7 });
    await eventually(async () =>
      expect(await shownText(card)).toMatch(/sites\/\+\/alarms 2 no local, by an operator 7/),
    );
    await eventually(async () =>
      expect(await shownText(page.locator('.entries li').first())).toContain('Operator: subscribe'),
    );
  });

  it('by keyboard alone: subscribed, unsubscribed, and the focus is never lost', async () => {
    const { page, card, subscribe, dialog } = await open(AWAY);
    const focusIsOn = (name: RegExp) =>
      eventually(async () => {
        const focused =
          'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent';
        expect(await page.evaluate(focused)).toMatch(name);
      });
    await subscribe.press('Enter');
    await dialog.getByLabel('Filter').press('a');
    await page.keyboard.press('Enter');
    await card.getByText('The session is subscribed to a.').waitFor();
    await focusIsOn(/^Subscribe/);

    await card.getByRole('button', { name: 'Unsubscribe … a', exact: true }).press('Enter');
    expect(await shownText(dialog)).toMatch(/Filter a What waits for this subscription alone/);
    await page.keyboard.press('Escape');
    await focusIsOn(/^Unsubscribe … a$/);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Unsubscribe' }).press('Enter');
    await card.getByText('The subscription to a has ended.').waitFor();
    await eventually(async () => expect(await card.getByRole('button', { name: '… a' }).count()).toBe(0));
    await focusIsOn(/Dismiss|Unsubscribe|Subscribe/);
  });

  it('what the API refuses of the filter is told at the field, in a narrow window too', async () => {
    desk.api.interfere = ({ method }) => {
      if (method !== 'PUT') return undefined;
      const { status, body } = refused('request.invalid', 'path filter: no level may follow #');
      const errors = [{ in: 'path', field: 'filter', message: 'no level may follow #' }];
      return { status, body: problem.parse({ ...(body as object), errors }) };
    };
    const { page, subscribe, dialog } = await open(AWAY, { viewport: { width: 400, height: 800 } });
    expect(await page.evaluate(WIDER_THAN_WINDOW)).toEqual([]);
    await subscribe.click();
    await dialog.getByLabel('Filter').fill('a/#/b');
    await dialog.getByRole('button', { name: 'Subscribe' }).click();
    const wrong = dialog.locator('[aria-invalid]');
    await wrong.waitFor();
    const describedBy = await wrong.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${describedBy}"]`).textContent()).toBe('no level may follow #');
    await eventually(async () => expect(await page.evaluate('document.activeElement.value')).toBe('a/#/b'));
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.evaluate(CONTROLS_WITHOUT_NAME)).toEqual([]);
    expect(await page.evaluate(WIDER_THAN_WINDOW)).toEqual([]);
    await dialog.getByLabel('Filter').fill('a/b');
    await eventually(async () => expect(await wrong.count()).toBe(0));
  });

  it('of a device that is connected through AWS IoT Core only what an operator has made can end; the page says why', async () => {
    const own = held(CONNECTED)[0];
    if (own === undefined) throw new Error(`${CONNECTED} has no subscription`);
    held(CONNECTED).push({ ...own, filter: 'made/by/operator', byOperator: true });
    const { page, card, subscribe, dialog } = await open(CONNECTED);
    expect(await subscribe.isDisabled()).toBe(true);
    const reason = page.locator(`[id="${await subscribe.getAttribute('aria-describedby')}"]`);
    expect(await reason.textContent()).toContain('connected through AWS IoT Core, only it can subscribe');
    const ends = card.getByRole('button', { name: 'Unsubscribe' });
    expect(await ends.first().isDisabled()).toBe(true);
    await ends.last().click();
    await dialog.getByRole('button', { name: 'Unsubscribe' }).click();
    await card.getByText('The subscription to made/by/operator has ended.').waitFor();
    expect(held(CONNECTED)).toEqual([own]);
  });

  it('a device that has connected while the question stood: the problem says why, and nothing was changed', async () => {
    const { card, subscribe, dialog } = await open(AWAY);
    await subscribe.click();
    await dialog.getByLabel('Filter').fill('late');
    const session = desk.api.fleet.sessions.get(AWAY)?.session;
    if (session === undefined) throw new Error(`${AWAY} has no session`);
    Object.assign(session, { edge: 'lifecycle', status: 'connected' });
    await dialog.getByRole('button', { name: 'Subscribe' }).click();
    expect(await shownText(dialog.getByRole('alert'))).toMatch(
      /connected through AWS IoT Core.*once it is away/,
    );
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(held(AWAY).map(({ filter }) => filter)).not.toContain('late');
    await eventually(async () => expect(await card.getByRole('alert').count()).toBe(0));
  });

  it('what the broker still holds is said before and after', async () => {
    const session = desk.api.fleet.sessions.get(AWAY)?.session;
    if (session === undefined) throw new Error(`${AWAY} has no session`);
    session.edge = 'lifecycle';
    session.waiting = { ...session.waiting, heldByBroker: true };
    const { card, dialog } = await open(AWAY);
    await card.getByRole('button', { name: 'Unsubscribe' }).first().click();
    await dialog.getByText("The broker's own session still holds the subscription").waitFor();
    await dialog.getByRole('button', { name: 'Unsubscribe' }).click();
    await card.getByText("has ended. The broker's own session still stands").waitFor();
  });
});

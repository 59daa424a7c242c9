import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { announceWithoutChromium, hasChromium, shownText } from './browser.ts';
import { ConsoleUnderTest } from './console-under-test.ts';
import { refused } from './fixture/answers.ts';

announceWithoutChromium('what operators do in the console');

describe.runIf(hasChromium)('what operators do in the console', () => {
  let desk: ConsoleUnderTest;
  beforeAll(async () => {
    desk = await ConsoleUnderTest.start();
  });
  afterEach(async () => expect(await desk.reset()).toEqual([]));
  afterAll(() => desk?.stop());

  const acts = () => desk.api.requests.filter((request) => !request.startsWith('GET'));

  it('changes the interval, after asking', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByRole('button', { name: 'Change interval' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Session Expiry Interval', { exact: true }).inputValue()).toBe('2');
    await dialog.getByLabel('Session Expiry Interval: unit').selectOption('days');
    expect(acts()).toEqual([]);
    await dialog.getByRole('button', { name: 'Change interval' }).click();

    await page.getByText('The Session Expiry Interval is now: 2 d.').waitFor();
    expect(desk.api.fleet.sessions.get('gateway-berlin-01')?.session.sessionExpiryInterval).toBe(172_800);
    await eventually(async () => {
      expect(await shownText(page.locator('.glance'))).toContain('Expiry interval 2 d');
      expect(await shownText(page.locator('.entries li').first())).toContain('Operator: change interval');
    });
  });

  it('an interval can be without end; one that is no number is not sent', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByRole('button', { name: 'Change interval' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Session Expiry Interval', { exact: true }).fill('');
    await dialog.getByRole('button', { name: 'Change interval' }).click();
    expect(acts()).toEqual([]);
    await dialog.getByLabel('Session Expiry Interval: unit').selectOption('never');
    await dialog.getByRole('button', { name: 'Change interval' }).click();
    await page.getByText('is now: never expires.').waitFor();
  });

  it('disconnects, and offers it to connected clients only', async () => {
    const page = await desk.open('#/sessions/meter-0001');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The connection was closed. The session stays.').waitFor();
    await page.locator('.badge', { hasText: 'away' }).waitFor();
    expect(await page.getByRole('button', { name: 'Disconnect' }).isDisabled()).toBe(true);
  });

  it('drops what is waiting', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByRole('button', { name: 'Drop waiting' }).click();
    await page.getByText('4 waiting messages will never be delivered').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Drop waiting' }).click();
    await page.getByText('4 messages dropped.').waitFor();
    await page.getByText('Nothing is waiting').waitFor();
  });

  it('ends a session; its history stays', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByRole('button', { name: 'End session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByText('The client has no session', { exact: true }).waitFor();
    expect(desk.api.fleet.sessions.has('gateway-berlin-01')).toBe(false);
    await page.getByRole('region', { name: 'History' }).waitFor();
    expect(await page.getByRole('button', { name: 'End session' }).count()).toBe(0);
  });

  it('asks for a delivery run', async () => {
    const page = await desk.open('#/sessions/meter-0001');
    await page.getByRole('button', { name: 'Deliver now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deliver now' }).click();
    await page.getByText('A delivery run was asked for.').waitFor();
    expect(acts()).toEqual(['POST /sessions/meter-0001/resume']);
  });

  it('does nothing when the question is cancelled or Escape is pressed, and gives the focus back', async () => {
    const page = await desk.open('#/sessions/gateway-berlin-01');
    const end = page.getByRole('button', { name: 'End session' });
    await end.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await end.click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await page.getByRole('dialog').count()).toBe(0));
    expect(await page.evaluate('document.activeElement.textContent')).toBe('End session');
    expect(acts()).toEqual([]);
  });

  it('an act that is refused says why and what can be done, in the question itself', async () => {
    desk.api.interfere = ({ method }) =>
      method === 'PATCH' ? refused('access.denied', 'You may read, not write.') : undefined;
    const page = await desk.open('#/sessions/gateway-berlin-01');
    await page.getByRole('button', { name: 'Change interval' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Change interval' }).click();
    const problem = page.getByRole('dialog').getByRole('alert');
    expect(await shownText(problem)).toMatch(/You may read, not write\. .* Ask for the permission/);
  });

  it('sends a dead letter again', async () => {
    const page = await desk.open('#/dead-letters');
    await page.getByRole('button', { name: 'Send again the event of Ingest' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Sent again. If it fails once more').waitFor();
    await eventually(async () => expect(await page.locator('.letter').count()).toBe(2));
    expect(acts()).toEqual(['POST /dead-letters/letter-2/redrive']);
  });

  it('offers no way to send a dead letter again of which nothing can be made, and says so', async () => {
    const page = await desk.open('#/dead-letters');
    const letter = page.locator('.letter', { hasText: 'stream to Record' });
    expect(await shownText(letter)).toMatch(/It cannot be sent again: .* It stays in the queue/);
    expect(await letter.getByRole('button').count()).toBe(0);
  });

  it('a dead letter that cannot be sent just now: why is told in the question, and forgotten with it', async () => {
    desk.api.interfere = ({ method }) =>
      method === 'POST' ? refused('deadLetter.notFound', 'The queue did not show it.') : undefined;
    const page = await desk.open('#/dead-letters');
    await page.getByRole('button', { name: 'Send again the event of Ingest' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send again' }).click();
    expect(await shownText(dialog.getByRole('alert'))).toContain('The queue did not show it.');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await eventually(async () => expect(await page.getByRole('alert').count()).toBe(0));
    await page.getByRole('button', { name: 'Send again the event of Lifecycle' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('ends idle sessions: a preview through all pages, a question, progress', async () => {
    const page = await desk.open('#/end-idle');
    await page.getByLabel('Client identifiers').fill('meter-*');
    await page.getByLabel('Away for longer than', { exact: true }).fill('10');
    await page.getByLabel('Away for longer than: unit').selectOption('hours');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('130 sessions examined.').waitFor();
    const before = desk.api.fleet.sessions.size;
    const ending = Number(/(\d+) sessions? would end/.exec(await shownText(page.locator('.preview')))?.[1]);
    expect(ending).toBeGreaterThan(5);

    await page.getByRole('button', { name: 'End these sessions' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
    await page.getByText(`Done: ${ending} sessions ended.`).waitFor();
    expect(desk.api.fleet.sessions.size).toBe(before - ending);
    await page.reload();
    await page.getByText(`Done: ${ending} sessions ended.`).waitFor();
  });
});

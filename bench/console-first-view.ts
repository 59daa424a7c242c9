import type { Browser, Page } from 'playwright-core';
import { toItem } from '#store/sessions/session-item';
import { hasChromium, newContext, startBrowser } from '#test/console/browser';
import { eventually } from '#test/local/eventually';
import { Fleet } from '#test/scenarios/fleet';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';
import { CONFIGURATION } from './configuration.ts';
import { type Figure, judged, type Measured } from './figure.ts';
import type { Progress } from './progress.ts';
import { median, quantile } from './statistics.ts';
import { putAll } from './tables.ts';

const SESSIONS = 100_000;
const VIEWS = 20;
const WARM_UP = 3;
const MOST_MS = 1_000;
const MOST_TASK_MS = 200;
const COUNTED_WITHIN_MS = 1_200_000;
const DAY_MS = 86_400_000;

/** What is there when a page can be read. */
const PAGES = [
  ['overview', '#/', "document.querySelector('.tile-value') && document.querySelector('.plot canvas')"],
  ['list of sessions', '#/sessions', "document.querySelectorAll('tbody tr').length === 50"],
] as const;

interface View {
  readonly milliseconds: number;
  /** The longest task of the page's thread. */
  readonly longestTaskMs: number;
}

/** Opens the page in a new context, so that nothing of it is in a cache. */
async function view(browser: Browser, url: string, isThere: string): Promise<View> {
  const context = await newContext(browser);
  const page = await context.newPage();
  await page.addInitScript(`
    globalThis.longTasks = [0];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      if (!(${isThere})) return;
      globalThis.thereAtMs ??= performance.now();
      document.documentElement.dataset.there = '';
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  `);
  await page.goto(url);
  await page.locator('html[data-there]').waitFor();
  const measured = await readView(page);
  await context.close();
  return measured;
}

async function readView(page: Page): Promise<View> {
  // A task is told of after it has ended.
  await page.evaluate('new Promise((done) => requestIdleCallback(done))');
  return (await page.evaluate(
    '({ milliseconds: thereAtMs, longestTaskMs: Math.max(...longTasks) })',
  )) as View;
}

/** A third of the clients is away, and all were there within the last day. */
function sessionItem(index: number, nowMs: number) {
  const connectedAtMs = nowMs - ((index * 7_919) % DAY_MS);
  const isConnected = index % 3 !== 0;
  const { disconnectedAtMs: _, disconnectReason: __, ...standing } = exampleConnection(1, { connectedAtMs });
  const ended = exampleConnection(1, { connectedAtMs, disconnectedAtMs: connectedAtMs + 1 });
  const clientId = `durable-${String(index).padStart(6, '0')}`;
  const { endsAtMs: ___, ...session } = exampleSession(clientId, 1, {
    status: isConnected ? 'connected' : 'disconnected',
    startedAtMs: connectedAtMs,
    connections: [isConnected ? standing : ended],
  });
  return toItem(isConnected ? session : { ...session, endsAtMs: nowMs + DAY_MS });
}

async function run(progress: Progress): Promise<Measured> {
  if (!hasChromium) throw new Error('Chromium is not installed: apt-get install chromium');
  const fleet = await Fleet.start({ ...CONFIGURATION, ...{ console: {} } });
  const browser = await startBrowser();
  try {
    const nowMs = Date.now();
    const items = Array.from({ length: SESSIONS }, (_, index) => sessionItem(index, nowMs));
    await putAll(fleet.database, fleet.cloud.endpoints.tables['Sessions'] ?? '', items, progress);
    await counted(fleet, progress);
    const lines = [];
    const values: Record<string, number> = {};
    for (const [name, hash, isThere] of PAGES) {
      const views: View[] = [];
      for (let count = 0; count < VIEWS + WARM_UP; count += 1) {
        views.push(await view(browser, `${fleet.cloud.endpoints.console}/${hash}`, isThere));
        progress(`${name}: ${count + 1} of ${VIEWS + WARM_UP} views`);
      }
      const { line, middleMs } = lineOf(name, views.slice(WARM_UP));
      lines.push(line);
      values[`consoleFirstViewMs.${name}`] = middleMs;
    }
    return { lines, values };
  } finally {
    await browser.close();
    await fleet.stop();
  }
}

/** Waits until the stream of the table has been gone through, which is not what is measured. */
async function counted(fleet: Fleet, progress: Progress): Promise<void> {
  await eventually(async () => {
    const answer = await fetch(`${fleet.cloud.endpoints.api}/stats`);
    const { sessions } = (await answer.json()) as { sessions: { total: number } };
    progress(`${sessions.total} of ${SESSIONS} sessions counted`);
    if (sessions.total < SESSIONS) throw new Error(`${sessions.total} of ${SESSIONS} sessions are counted`);
  }, COUNTED_WITHIN_MS);
}

function lineOf(name: string, views: readonly View[]) {
  const times = views.map(({ milliseconds }) => milliseconds);
  const longestTaskMs = Math.max(...views.map((each) => each.longestTaskMs));
  const middleMs = median(times);
  const line = judged(middleMs <= MOST_MS && longestTaskMs <= MOST_TASK_MS, {
    what: `console, first view of the ${name} with ${SESSIONS.toLocaleString('en')} sessions`,
    toReach: `<= ${MOST_MS / 1_000} s, no task over ${MOST_TASK_MS} ms`,
    measured: `${middleMs.toFixed(0)} ms, longest task ${longestTaskMs === 0 ? 'below 50' : longestTaskMs.toFixed(0)} ms`,
    note: `Chromium on the same machine, nothing cached, from the request of the page until its ${name === 'overview' ? 'counts and curves' : '50 rows'} are there; of ${views.length} views the median, 90 % within ${quantile(times, 0.9).toFixed(0)} ms; the longest task of a view: median ${median(views.map((each) => each.longestTaskMs)).toFixed(0)} ms (0: none over 50)`,
  });
  return { line, middleMs };
}

export const consoleFirstView: Figure = {
  name: 'console-first-view',
  title: 'first view of the console',
  run,
};

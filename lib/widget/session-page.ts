import { endOf, startOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';
import { owedSinceMs } from '#session/subscription';
import { type Html, html } from './html.ts';
import { adviceList, facts, lookUpForm, table } from './parts.ts';
import { at, counts, detailsOf, interval, span } from './phrases.ts';
import type { SessionLook } from './session-look.ts';

function stateOf({ session, isThere, nowMs }: SessionLook): string {
  if (session === undefined) return 'has no session, and none is remembered.';
  const newest = newestConnection(session);
  const endedAtMs = endOf(newest);
  if (!isThere) {
    const atMs = session.endsAtMs ?? endedAtMs;
    return `has no session${atMs === undefined ? '' : `; the last one ended at ${at(atMs)}`}.`;
  }
  if (session.status === 'connected') {
    return `is connected since ${at(startOf(newest))}, for ${span(nowMs - startOf(newest))}.`;
  }
  const since = endedAtMs === undefined ? '' : ` since ${at(endedAtMs)}, for ${span(nowMs - endedAtMs)}`;
  const reason = newest.disconnectReason === undefined ? '' : ` (${newest.disconnectReason})`;
  const ends =
    session.endsAtMs === undefined
      ? 'Its session never expires.'
      : `Its session expires in ${span(session.endsAtMs - nowMs)}.`;
  return `is away${since}${reason}. ${ends}`;
}

function factsOf(session: Session, { waiting }: SessionLook): Html {
  const about = waiting.isEstimate ? 'about ' : '';
  return facts([
    ['Session since', at(session.startedAtMs)],
    ['Session Expiry Interval', interval(session.sessionExpiryInterval)],
    ['Address', session.ipAddress ?? 'not known'],
    ['Principal', session.principal ?? 'not known'],
    ['Waiting', `${about}${waiting.messages} messages, ${waiting.bytes} bytes`],
    ['Delivered', session.delivered],
    ['Dropped', counts(session.drops) || 'none'],
  ]);
}

/** The session of one client. */
export function sessionPage(look: SessionLook, functionArn: string): Html {
  const { clientId, session, isThere, subscriptions, waiting, entries, advice } = look;
  const form = lookUpForm(functionArn, clientId);
  const history = table(
    'What happened last',
    ['When', 'What', 'Details'],
    entries.map((entry) => [at(entry.atMs), entry.type, detailsOf(entry)]),
    'Nothing is recorded.',
  );
  const state = html`<h3>${clientId}</h3><p>${clientId} ${stateOf(look)}</p>`;
  if (session === undefined || !isThere) return html`${form}${state}${history}`;
  const subscribed = table(
    'Subscriptions',
    ['Filter', 'QoS', 'Since', 'Waiting'],
    subscriptions.map((each) => [
      each.filter,
      each.qos ?? 'not known yet',
      at(owedSinceMs(each)),
      waiting.byFilter.get(each.filter) ?? 0,
    ]),
    'It subscribes to nothing.',
  );
  const drops = table(
    'Dropped last',
    ['When', 'Topic', 'Why'],
    session.lastDrops.map(({ atMs, topic, reason }) => [at(atMs), topic, reason]),
    'Nothing was dropped.',
  );
  return html`${form}${state}${factsOf(session, look)}${adviceList(advice, functionArn, true)}${subscribed}${drops}${history}`;
}

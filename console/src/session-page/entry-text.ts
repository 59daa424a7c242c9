import type { HistoryEntry } from '#api/schemas/history';
import { intervalText } from '../text/duration.ts';
import { factText } from '../text/fact.ts';
import { timeText } from '../text/instant.ts';
import { counted } from '../text/quantity.ts';
import { words } from '../text/words.ts';

const TITLES: Readonly<Record<HistoryEntry['type'], string>> = {
  started: 'Session started',
  resumed: 'Session resumed',
  takenOver: 'Taken over by a new connection',
  disconnected: 'Disconnected',
  expired: 'Session expired',
  ended: 'Session ended',
  intervalChanged: 'Interval changed',
  delivered: 'Messages delivered',
  dropped: 'Messages dropped',
  operator: 'Operator',
};

export function entryTitle(entry: HistoryEntry): string {
  return entry.type === 'operator' ? `${TITLES.operator}: ${words(entry.act)}` : TITLES[entry.type];
}

/** What else is known of it, in one line. */
export function entryDetails(entry: HistoryEntry): string {
  return detailsOf(entry)
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}

function detailsOf(entry: HistoryEntry): readonly (string | undefined)[] {
  switch (entry.type) {
    case 'started':
    case 'resumed':
    case 'takenOver':
      return [
        entry.sessionPresent ? 'session present' : 'new session',
        intervalText(entry.sessionExpiryInterval),
        entry.ipAddress,
        entry.principal,
      ];
    case 'disconnected':
    case 'ended':
      return [entry.reason];
    case 'expired':
      return [
        `after ${intervalText(entry.sessionExpiryInterval)}`,
        entry.lostMessages === undefined ? undefined : `${counted(entry.lostMessages, 'message')} lost`,
      ];
    case 'intervalChanged':
      return [`${intervalText(entry.previousInterval)} → ${intervalText(entry.sessionExpiryInterval)}`];
    case 'delivered':
      return [
        counted(entry.messages, 'message'),
        entry.from === undefined || entry.upTo === undefined
          ? undefined
          : `published from ${timeText(entry.from)} to ${timeText(entry.upTo)}`,
      ];
    case 'dropped':
      return [
        ...Object.entries(entry.counts).map(([reason, count]) => `${words(reason)}: ${count}`),
        ...entry.last.map(({ topic }) => topic),
      ];
    case 'operator':
      return [
        `by ${entry.actor}`,
        ...Object.entries(entry.detail ?? {}).map(([name, value]) => factText(name, value).join(': ')),
      ];
  }
}

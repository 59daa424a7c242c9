import type { Session } from '#api/schemas/session';
import { counted } from '../text/quantity.ts';

type Looked = Pick<Session, 'subscriptions' | 'inflight' | 'dropped'>;

/** What it means that nothing waits: that all has arrived is only one of the reasons. */
export function nothingWaitingText({ subscriptions, inflight, dropped }: Looked): string {
  const underWay = inflight.outbound.length;
  return [
    subscriptions.length === 0
      ? 'The client has no subscriptions, so nothing is kept for it.'
      : underWay === 0
        ? 'Of what was published for this client nothing is left to deliver.'
        : `All that is left is under way, not acknowledged yet: ${counted(underWay, 'message')}.`,
    dropped > 0 && `${counted(dropped, 'message')} did not reach it: Drops tells why.`,
    subscriptions.some(({ filter }) => filter.startsWith('$share/')) &&
      'What waits for a share group is not shown: whichever member returns first gets it.',
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

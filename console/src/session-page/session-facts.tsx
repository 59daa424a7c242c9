import type { Session } from '#api/schemas/session';
import { Card } from '../parts/card.tsx';
import { Facts } from '../parts/facts.tsx';
import { Countdown, Instant } from '../parts/instant.tsx';
import { intervalText } from '../text/duration.ts';
import { bytesText, countText } from '../text/quantity.ts';
import { visible } from '../text/visible.ts';

export function SessionFacts({ session }: { session: Session }) {
  const { status, edge, keepAlive, waiting, disconnectedAt } = session;
  // Of one that was made for a device that has not connected yet, no connection is told.
  const awaySince = disconnectedAt === undefined ? 'not connected yet' : <Instant at={disconnectedAt} />;
  return (
    <Card title="At a glance" class="glance">
      <Facts
        facts={[
          status === 'connected' ? instantFact('Connected', session.connectedAt) : ['Away since', awaySince],
          textFact('Reason', status === 'connected' ? undefined : session.disconnectReason),
          ['Expires', <Expiry key="expires" session={session} />],
          ['Expiry interval', intervalText(session.sessionExpiryInterval)],
          [
            'Waiting',
            `${countText(waiting.messages)}${waiting.atLeast ? '+' : ''} (${bytesText(waiting.bytes)})`,
          ],
          ['Delivered', countText(session.delivered)],
          ['Dropped', countText(session.dropped)],
          instantFact('Session began', session.startedAt),
          ['Edge', edge],
          textFact('Address', session.ipAddress),
          textFact('Principal', session.principal),
          keepAlive === undefined ? undefined : ['Keep alive', keepAlive === 0 ? 'none' : `${keepAlive} s`],
          textFact('Incarnation', session.incarnation),
        ]}
      />
    </Card>
  );
}

function Expiry({ session: { status, expiresAt } }: { session: Session }) {
  if (status === 'connected') return <>not while connected</>;
  return expiresAt === undefined ? <>never</> : <Countdown until={expiresAt} />;
}

function instantFact(name: string, at: string | undefined) {
  return at === undefined ? undefined : ([name, <Instant key={name} at={at} />] as const);
}

function textFact(name: string, text: string | undefined) {
  if (text === undefined || text === '') return undefined;
  return [name, <bdi key={name}>{visible(text)}</bdi>] as const;
}

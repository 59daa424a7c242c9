import type { Session } from '#api/schemas/session';
import { Card } from '../parts/card.tsx';
import { Facts } from '../parts/facts.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { Instant } from '../parts/instant.tsx';
import { countText } from '../text/quantity.ts';
import { words } from '../text/words.ts';

/** What this client did not get: how many for which reason, and the last few by name. */
export function Drops({ drops: { counts, last } }: { drops: Session['drops'] }) {
  const reasons = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <Card title="Drops">
      {reasons.length === 0 ? (
        <p class="quiet">Nothing was dropped.</p>
      ) : (
        <Facts facts={reasons.map(([reason, count]) => [words(reason), countText(count)] as const)} />
      )}
      {last.length > 0 && (
        <ul class="plain">
          {last.map(({ reason, topic, at }) => (
            <li key={`${at} ${topic} ${reason}`}>
              <Identifier text={topic} />{' '}
              <span class="quiet">
                {words(reason)}, <Instant at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

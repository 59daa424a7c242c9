import type { Session } from '#api/schemas/session';
import { Card } from '../parts/card.tsx';
import { Facts } from '../parts/facts.tsx';
import { Identifier } from '../parts/identifier.tsx';
import { Countdown } from '../parts/instant.tsx';
import { durationText } from '../text/duration.ts';
import { bytesText } from '../text/quantity.ts';

export function Will({ will }: { will: Session['will'] }) {
  return (
    <Card title="Will">
      {will === undefined ? (
        <p class="quiet">No will message.</p>
      ) : (
        <Facts
          facts={[
            ['Topic', <Identifier key="topic" text={will.topic} />],
            ['QoS', will.qos],
            ['Retain', will.retain ? 'yes' : 'no'],
            ['Size', bytesText(will.bytes)],
            ['Delay', durationText(will.delayInterval)],
            will.dueAt === undefined ? undefined : ['Published', <Countdown key="due" until={will.dueAt} />],
          ]}
        />
      )}
    </Card>
  );
}

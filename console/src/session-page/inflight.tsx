import type { Session } from '#api/schemas/session';
import { Card } from '../parts/card.tsx';

/** What is under way with a packet identifier and not yet completely acknowledged. */
export function Inflight({ inflight: { outbound, inbound } }: { inflight: Session['inflight'] }) {
  return (
    <Card title="Inflight">
      {outbound.length === 0 && inbound.length === 0 ? (
        <p class="quiet">No exchange is under way.</p>
      ) : (
        <ul class="plain">
          {outbound.map(({ packetId, qos, state }) => (
            <li key={`out ${packetId}`}>
              to the client: packet <b>{packetId}</b>, QoS {qos},{' '}
              {state === 'publish' ? 'sent, not acknowledged' : 'released, not completed'}
            </li>
          ))}
          {inbound.map((packetId) => (
            <li key={`in ${packetId}`}>
              from the client: packet <b>{packetId}</b>, QoS 2, received, not released
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

import type { ComponentChildren } from 'preact';
import type { Stats } from '#api/schemas/stats';
import { href } from '../route.ts';
import { relativeText } from '../text/instant.ts';
import { bytesText, countText } from '../text/quantity.ts';

const HOUR_MS = 3_600_000;

/** The numbers that are asked for first; those of sessions lead to their list. */
export function Tiles({ stats }: { stats: Stats }) {
  const { sessions, expiring, waiting } = stats;
  const nowMs = Date.parse(stats.at);
  const before = (hours: number) => new Date(nowMs + hours * HOUR_MS).toISOString();
  return (
    <ul class="tiles">
      <Tile name="Connected" value={sessions.connected} to={href('sessions', { status: 'connected' })} />
      <Tile name="Away" value={sessions.disconnected} to={href('sessions', { status: 'disconnected' })} />
      <Tile
        name="Expire within an hour"
        value={expiring.withinHour}
        to={href('sessions', { expiresBefore: before(1) })}
      />
      <Tile
        name="Expire within a day"
        value={expiring.withinDay}
        to={href('sessions', { expiresBefore: before(24) })}
      />
      {waiting !== undefined && (
        <Tile name="Messages waiting" value={waiting.messages} isEstimate={waiting.isEstimate}>
          {bytesText(waiting.bytes)}, counted {relativeText(waiting.surveyedAt, nowMs)}
        </Tile>
      )}
    </ul>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: number;
  readonly isEstimate?: boolean;
  readonly to?: string;
  readonly children?: ComponentChildren;
}

function Tile({ name, value, isEstimate = false, to, children }: TileProps) {
  return (
    <li class="tile">
      <span class="tile-name">{to === undefined ? name : <a href={to}>{name}</a>}</span>
      <span class="tile-value">
        {isEstimate && (
          <span class="about" title="An estimate">
            ≈<span class="unseen">about</span>
          </span>
        )}
        {countText(value)}
      </span>
      {children !== undefined && <span class="quiet">{children}</span>}
    </li>
  );
}

import type { Delivered } from '#session/delivery/delivered';
import type { Session } from '#session/session';

type Known = readonly (Delivered | undefined)[];

export interface StoredDelivered {
  /** Absent: none, or the first part of `flows`. */
  readonly delivered?: number;
  /** Of the session, of what came before its connections, then of each of them; absent: no flow is known. */
  readonly flows?: string;
  /** Lives of the flows that are not of the session's own. */
  readonly lives?: readonly string[];
}

export interface FullDelivered {
  readonly delivered: number;
  readonly before: Delivered | undefined;
  /** By place of the connection. */
  readonly connections: Known;
}

const RADIX = 36;

/**
 * What was delivered by flows as numbers parted by commas, none at the end: empty where nothing is known, else how many
 * more than the number before it, since they differ by little, and behind a colon the place of its life if that is not
 * the session's. So short that a session of five connections still is one write unit.
 */
export function deliveredToText({ delivered, before, connections, incarnation }: Session): StoredDelivered {
  const all: Known = [before?.delivered, ...connections.map((connection) => connection.delivered)];
  const known = all.flatMap((each) => each ?? []);
  if (known.length === 0) return delivered === 0 ? {} : { delivered };
  const lives = [...new Set(known.map((each) => each.incarnation))].filter((life) => life !== incarnation);
  let previous = delivered;
  const parts = all.map((each) => {
    if (each === undefined) return '';
    const more = (each.messages - previous).toString(RADIX);
    previous = each.messages;
    const life = lives.indexOf(each.incarnation);
    return life < 0 ? more : `${more}:${life}`;
  });
  const flows = [delivered.toString(RADIX), ...parts].join(',').replace(/,+$/, '');
  return { flows, ...(lives.length > 0 && { lives }) };
}

export function deliveredFromText(
  { delivered = 0, flows, lives = [] }: StoredDelivered,
  incarnation: string,
): FullDelivered {
  if (flows === undefined) return { delivered, before: undefined, connections: [] };
  const [total = '', ...parts] = flows.split(',');
  const sum = Number.parseInt(total, RADIX);
  let messages = sum;
  const [before, ...connections] = parts.map((part) => {
    if (part === '') return undefined;
    const [more = '', life] = part.split(':');
    messages += Number.parseInt(more, RADIX);
    return { incarnation: life === undefined ? incarnation : (lives[Number(life)] ?? incarnation), messages };
  });
  return { delivered: sum, before, connections };
}

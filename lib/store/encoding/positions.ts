import { POSITION_CHARACTERS, type Position } from '#session/position';

/** Positions of whole milliseconds end in zeros: left out, they still compare as strings. */
export function shortPosition(position: Position): string {
  return position.replace(/0+$/, '');
}

export function fullPosition(short: string): Position {
  return short.padEnd(POSITION_CHARACTERS, '0');
}

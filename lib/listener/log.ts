import type { Log } from './ports.ts';

/** An error's message may quote what came. */
const LONGEST_TEXT = 512;

/**
 * Writes one JSON line an event, in ASCII: nothing that a client chose can forge a line or move a terminal's
 * cursor.
 */
export function jsonLines(write: (line: string) => void): Log {
  return (level, message, details = {}) => {
    const entry = { level, message, service: 'mqtt-packet-listener', timestamp: new Date().toISOString() };
    const json = JSON.stringify({ ...entry, ...details }, (_, value: unknown) =>
      typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value,
    );
    write(`${json.replaceAll(/[\u007f-\uffff]/g, escaped)}\n`);
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

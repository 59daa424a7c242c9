import { durationText, intervalText } from './duration.ts';
import { instantText } from './instant.ts';
import { countText } from './quantity.ts';
import { visible } from './visible.ts';
import { words } from './words.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** A value of the API with its name, in units that people read: `longestAwaySeconds: 90` → `longest away`, `1 min 30 s`. */
export function factText(name: string, value: unknown): readonly [name: string, value: string] {
  if (typeof value === 'number' && name.endsWith('Seconds')) {
    return [words(name.replace(/Seconds$/, '')), durationText(value)];
  }
  if (typeof value === 'number' && /interval$/i.test(name)) return [words(name), intervalText(value)];
  return [words(name), valueText(value)];
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? countText(value) : value.toFixed(2);
  if (typeof value === 'string') return INSTANT.test(value) ? instantText(value) : visible(value);
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return visible(JSON.stringify(value));
}

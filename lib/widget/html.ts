/** Text that is HTML already; made by `html` alone. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Control characters, formatting ones that reorder text, and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const MARKUP = /[&<>"'`]/g;

/** Client identifiers, topics and addresses are chosen by devices: what they hold is shown and never obeyed. */
function escaped(text: string): string {
  return text
    .replace(MARKUP, (character) => ENTITIES[character] ?? '')
    .replace(UNSEEN, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

type Value = Html | string | number | readonly Value[];

function written(value: Value): string {
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string') return escaped(value);
  return typeof value === 'number' ? String(value) : value.map(written).join('');
}

/**
 * A template whose values are escaped, unless they were made by it themselves; attributes stand in double quotes.
 *
 * @example html`<td title="${topic}">${topic}</td>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(written)));
}

/** Nothing at all. */
export const NOTHING = html``;

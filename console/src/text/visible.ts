/**
 * Characters that are not seen, or that turn the writing direction: a client identifier could look like another
 * one with their help. So could a backslash that spells one of them. Marks that are heaped on a letter cover the
 * lines around it.
 */
const UNSEEN = /[\p{C}\p{DI}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}|\\(?=u\{)|(?<=\p{M}{3})\p{M}/gu;

/** A page shows no spaces at the ends, and of several only one. */
const SWALLOWED = /^ | $|(?<= ) /g;

/** What came from a device, with what is unseen written out: `a\u{202e}b`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped).replace(SWALLOWED, escaped);
}

/** The same for text of several lines: spaces, line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

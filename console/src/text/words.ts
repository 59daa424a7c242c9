/** A name of the API as words: `sessionExpiryInterval` → `session expiry interval`. */
export function words(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => ` ${capitals.toLowerCase()}`).trim();
}

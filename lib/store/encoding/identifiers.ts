const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** A UUID in base64url, 22 characters for 36; anything else as it is behind `=`. */
export function shortIdentifier(identifier: string): string {
  if (!UUID.test(identifier)) return `=${identifier}`;
  return Buffer.from(identifier.replaceAll('-', ''), 'hex').toString('base64url');
}

export function fullIdentifier(short: string): string {
  if (short.startsWith('=')) return short.slice(1);
  const hex = Buffer.from(short, 'base64url').toString('hex');
  return [0, 8, 12, 16, 20].map((start, index, starts) => hex.slice(start, starts[index + 1])).join('-');
}

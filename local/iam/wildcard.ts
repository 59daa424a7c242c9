/** Of an ARN: what follows the fifth colon is one part. */
const ARN_PARTS = 6;

const compiled = new Map<string, RegExp>();

/** Whether a text has this form: `*` stands for any characters, `?` for exactly one. */
export function isLike(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
    expression = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

/** Whether an action of a policy, such as `dynamodb:Get*`, names this one; letter case does not matter. */
export function isActionLike(pattern: string, action: string): boolean {
  return isLike(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * Whether a resource of a policy names this ARN. Part is compared with part, so that no wildcard reaches over
 * one of the first five colons; `*` alone stands for everything.
 *
 * @example isArnLike('arn:aws:iot:*:*:client/*', 'arn:aws:iot:us-east-1:000000000000:client/a/b') // true
 */
export function isArnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const arnParts = partsOf(arn);
  const patternParts = partsOf(pattern);
  return (
    patternParts.length === arnParts.length &&
    patternParts.every((part, index) => isLike(part, arnParts[index] ?? ''))
  );
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  const last = parts.splice(ARN_PARTS - 1).join(':');
  return [...parts, last];
}

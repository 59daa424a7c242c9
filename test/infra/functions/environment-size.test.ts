import { expect, test } from 'vitest';
import { stackWith } from '../synthesized/stack.ts';

/** Policies that say something and have nothing in common. */
const policies = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    clients: `sensors-of-kind-${index}-*`,
    sessionExpiryInterval: 86_400,
  }));

test('thirty policies are taken', () => {
  expect(() => stackWith({ policies: policies(30) })).not.toThrow();
});

// 38 such policies are 2.5 KB, which with the names of everything that Api uses stay below 4 KB; but Lambda measures
// the JSON text of all variables, in which each quotation mark of the policies has a backslash before it.
test('policies that Lambda would refuse at the deployment are refused before it', () => {
  expect(() => stackWith({ policies: policies(38) })).toThrow(
    /^The environment of Api would have up to 4\d\d\d bytes, of them 2\d\d\d for policies and settings; allowed: 4096; join policies by a shorter pattern, or shorten the name of the stack$/,
  );
});

test('what the caller adds counts too', () => {
  const environment = { FLEET: 'x'.repeat(4000) };
  expect(() => stackWith({ environment })).toThrow(/^The environment of Lifecycle would have/);
});

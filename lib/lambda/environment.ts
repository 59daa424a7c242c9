/**
 * Reads a variable that the stack sets.
 *
 * @throws Error that names it, so that a function fails at its start
 */
export function environmentVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`The environment variable ${name} is missing; the stack sets it for this function`);
  }
  return value;
}

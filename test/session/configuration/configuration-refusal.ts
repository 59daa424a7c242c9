import { ConfigurationError } from '#session/errors';

/** The problems that the refusal lists, none if nothing is refused. */
export function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

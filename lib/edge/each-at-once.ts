/** How many are worked on at a time: many requests to tables are under way together, and none is kept waiting long. */
const AT_ONCE = 16;

/**
 * Does the work for each, several at a time, in no order. Where one fails no further ones are begun, and it is thrown
 * once those under way have ended: nothing goes on behind an answer.
 */
export async function eachAtOnce<Each>(
  all: Iterable<Each> | AsyncIterable<Each>,
  work: (each: Each) => Promise<void>,
): Promise<void> {
  const left = iterate(all);
  let hasFailed = false;
  const worker = async () => {
    try {
      for (let next = await left.next(); !next.done && !hasFailed; next = await left.next())
        await work(next.value);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function* iterate<Each>(all: Iterable<Each> | AsyncIterable<Each>): AsyncGenerator<Each> {
  yield* all;
}

/** The same for what has keys; what has the same key is done in its order. */
export function eachKeyAtOnce<Each>(
  all: readonly Each[],
  keyOf: (each: Each) => string,
  work: (each: Each) => Promise<void>,
): Promise<void> {
  const byKey = new Map<string, Each[]>();
  for (const each of all) {
    const known = byKey.get(keyOf(each));
    if (known === undefined) byKey.set(keyOf(each), [each]);
    else known.push(each);
  }
  return eachAtOnce(byKey.values(), async (ofOne) => {
    for (const each of ofOne) await work(each);
  });
}

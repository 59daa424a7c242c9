import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { LocalCloudError } from './errors.ts';
import { type Random, seededRandom } from './random.ts';

/* Every `error` says what is allowed, whatever the language of the library's own messages. */

const RATE = 'allowed is a rate from 0 to 1';
const rate = z._default(
  z.number({ error: RATE }).check(z.gte(0, { error: RATE }), z.lte(1, { error: RATE })),
  0,
);

const SPAN = 'allowed are two whole numbers of milliseconds up to 600000, the smaller one first';
const milliseconds = z
  .number({ error: SPAN })
  .check(z.int({ error: SPAN }), z.gte(0, { error: SPAN }), z.lte(600_000, { error: SPAN }));

const SEED = 'allowed is a whole number from 0';

const strict = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      const allowed = `allowed is an object with ${Object.keys(shape).join(', ')}`;
      return issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} came; ${allowed}` : allowed;
    },
  });

/**
 * What may go wrong, in a JSON file that `--chaos` names. Everything left out does not happen.
 *
 * @example
 * {
 *   "seed": 42,
 *   "events": { "delayMs": [0, 1500], "reorderRate": 0.1, "duplicateRate": 0.2 },
 *   "dynamodb": { "throttleRate": 0.05 },
 *   "dataPlane": { "404": 0.01, "429": 0.05, "504": 0.02 },
 *   "functions": { "crashRate": 0.03 }
 * }
 */
export const chaosSchema = strict({
  /** Of every draw; without it a new one is taken, and printed. */
  seed: z.optional(z.number({ error: SEED }).check(z.int({ error: SEED }), z.gte(0, { error: SEED }))),
  events: z.prefault(
    strict({
      /** Each lifecycle event and rule action waits for a time between the two, in milliseconds. */
      delayMs: z._default(
        z
          .tuple([milliseconds, milliseconds])
          .check(z.refine(([least, most]) => least <= most, { error: SPAN })),
        [0, 0],
      ),
      /** This part of the events waits so long, on top, that later ones overtake it. */
      reorderRate: rate,
      /** This part of the events comes twice. */
      duplicateRate: rate,
    }),
    {},
  ),
  /** This part of DynamoDB requests is refused, half as ProvisionedThroughputExceeded, half as Throttling. */
  dynamodb: z.prefault(strict({ throttleRate: rate }), {}),
  /** This part of the requests to the IoT data plane fails, by HTTP status. */
  dataPlane: z.prefault(strict({ '404': rate, '429': rate, '504': rate }), {}),
  /** This part of the invocations is killed, at any moment of their first half second. */
  functions: z.prefault(strict({ crashRate: rate }), {}),
});

/** How long a reordered event waits at most, and within what time a crash comes, in milliseconds. */
const REORDER_MS = 1000;
const CRASH_MS = 500;

const DATA_PLANE_FAILURES = [
  { status: 404, errorType: 'ResourceNotFoundException', message: 'The client is not connected (--chaos)' },
  { status: 429, errorType: 'ThrottlingException', message: 'Rate exceeded (--chaos)' },
  { status: 504, errorType: 'GatewayTimeoutException', message: 'No acknowledgement in time (--chaos)' },
] as const;

type DataPlaneFailure = (typeof DATA_PLANE_FAILURES)[number];

/** Decides what goes wrong, every time from the same generator, so that a seed gives the same draws again. */
export class Chaos {
  readonly seed: number;
  private readonly settings: z.output<typeof chaosSchema>;
  private readonly random: Random;

  /** @throws LocalCloudError that lists what is wrong with the settings */
  constructor(input: unknown, newSeed: () => number = () => Math.floor(Math.random() * 2 ** 32)) {
    const parsed = chaosSchema.safeParse(input);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
      );
      throw new LocalCloudError('chaos.invalid', `The chaos file cannot be used: ${problems.join('; ')}.`);
    }
    this.settings = parsed.data;
    this.seed = parsed.data.seed ?? newSeed();
    this.random = seededRandom(this.seed);
  }

  delayEventMs(): number {
    const { delayMs, reorderRate } = this.settings.events;
    const [least, most] = delayMs;
    const reordered = this.happens(reorderRate) ? this.random() * REORDER_MS : 0;
    return Math.round(least + this.random() * (most - least) + reordered);
  }

  duplicateEvent(): boolean {
    return this.happens(this.settings.events.duplicateRate);
  }

  failRequest(): DataPlaneFailure | undefined {
    const rates = this.settings.dataPlane;
    let draw = this.random();
    for (const failure of DATA_PLANE_FAILURES) {
      draw -= rates[`${failure.status}`];
      if (draw < 0) return failure;
    }
    return undefined;
  }

  throttle(): string | undefined {
    if (!this.happens(this.settings.dynamodb.throttleRate)) return undefined;
    return this.random() < 0.5 ? 'ProvisionedThroughputExceededException' : 'ThrottlingException';
  }

  crashAfterMs(): number | undefined {
    return this.happens(this.settings.functions.crashRate) ? this.random() * CRASH_MS : undefined;
  }

  private happens(part: number): boolean {
    return this.random() < part;
  }
}

/** @throws LocalCloudError if the file cannot be read or used */
export async function readChaos(file: string): Promise<Chaos> {
  return new Chaos(await readJsonFile(file, '--chaos'));
}

/** @throws LocalCloudError that says why the file that a flag names cannot be read */
export async function readJsonFile(file: string, flag: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const reason = missing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
    throw new LocalCloudError('file.unreadable', `${flag} ${file}: ${reason}.`, { cause });
  }
}

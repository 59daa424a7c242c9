import type { Requests } from '#edge/requests';
import type { SessionStore } from '#store/sessions/sessions';
import { record } from '../acts/record.ts';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import type { DeadLetterQueue, HeldLetter } from './dead-letter-queue.ts';
import { clientOf, type Letter, readLetter } from './letter.ts';

export interface DeadLetter {
  readonly id: string;
  /** When it came into the queue, epoch milliseconds. */
  readonly receivedAtMs: number;
  /** Which function, rule or queue gave it up. */
  readonly source: string;
  readonly error?: string;
  /** As it came, cut if it is long. */
  readonly body: string;
  /** It can be sent again to where it came from. */
  readonly isRedrivable: boolean;
}

export interface DeadLetterDependencies
  extends Pick<OperatorDependencies, 'history' | 'clock' | 'newId' | 'logAct'> {
  readonly deadLetters: DeadLetterQueue;
  readonly requests: Pick<Requests, 'again'>;
  readonly sessions: Pick<SessionStore, 'get'>;
}

export type Redriven =
  /** The queue did not show it: it is gone, or somebody else looks at it just now. */
  | { readonly outcome: 'notFound' }
  /** Nothing can be made of it any more: it stays. */
  | { readonly outcome: 'notRedrivable'; readonly letter: DeadLetter }
  | { readonly outcome: 'redriven'; readonly letter: DeadLetter };

/** As the history and the log call it. */
const REDRIVE = 'redriveDeadLetter';
const MOST_LETTERS = 100;
/** Characters of a body; a hundred of them have to fit into an answer. */
const MOST_CHARACTERS = 16_384;
/** SQS asks only some of its servers, so one empty answer proves nothing. */
const EMPTY_ANSWERS = 3;

function letterOf({ id, sentAtMs, body }: HeldLetter): DeadLetter {
  const { source, error, again } = readLetter(body, sentAtMs);
  return {
    id,
    receivedAtMs: sentAtMs,
    source,
    ...(error !== undefined && { error }),
    body: body.length > MOST_CHARACTERS ? `${body.slice(0, MOST_CHARACTERS)}…` : body,
    isRedrivable: again !== undefined,
  };
}

/** Letters as the queue shows them, each once, until it shows no more or somebody has seen enough. */
async function* shown(queue: DeadLetterQueue, held: Map<string, HeldLetter>): AsyncGenerator<HeldLetter> {
  let empty = 0;
  while (empty < EMPTY_ANSWERS && held.size < MOST_LETTERS) {
    const letters = await queue.receive();
    const news = letters.filter(({ id }) => !held.has(id));
    for (const letter of letters) held.set(letter.id, letter);
    empty = news.length === 0 ? empty + 1 : 0;
    yield* news;
  }
}

/** Looks at the dead-letter queue, at most at a hundred letters, and leaves it as it is. Oldest first. */
export async function listDeadLetters({
  deadLetters,
}: Pick<DeadLetterDependencies, 'deadLetters'>): Promise<readonly DeadLetter[]> {
  const held = new Map<string, HeldLetter>();
  try {
    for await (const _ of shown(deadLetters, held));
  } finally {
    await deadLetters.release([...held.values()]);
  }
  const letters = [...held.values()].slice(0, MOST_LETTERS).map(letterOf);
  return letters.sort((one, other) => one.receivedAtMs - other.receivedAtMs);
}

/** Who sent a letter again stands in the log, and in the history of the client whose session the letter is of. */
async function recordRedrive(
  { id, source }: Pick<DeadLetter, 'id' | 'source'>,
  again: Letter['again'],
  operator: Operator,
  dependencies: DeadLetterDependencies,
): Promise<void> {
  const outcome = again === undefined ? 'notRedrivable' : 'redriven';
  const clientId = again && clientOf(again);
  const session = clientId === undefined ? undefined : await dependencies.sessions.get(clientId);
  const detail = { letterId: id, source };
  if (session !== undefined) await record(REDRIVE, session, { outcome, ...detail }, operator, dependencies);
  const said = clientId === undefined ? detail : { ...detail, clientId };
  dependencies.logAct({ act: REDRIVE, ...operator, outcome, detail: said });
}

/** Sends a letter again to where it came from, then takes it out of the queue. What handles it does nothing twice. */
export async function redriveDeadLetter(
  id: string,
  operator: Operator,
  dependencies: DeadLetterDependencies,
): Promise<Redriven> {
  const { deadLetters, requests, logAct } = dependencies;
  const held = new Map<string, HeldLetter>();
  let found: HeldLetter | undefined;
  try {
    for await (const letter of shown(deadLetters, held)) {
      if (letter.id !== id) continue;
      found = letter;
      break;
    }
    if (found === undefined) {
      logAct({ act: REDRIVE, ...operator, outcome: 'notFound', detail: { letterId: id } });
      return { outcome: 'notFound' };
    }
    const { again } = readLetter(found.body, found.sentAtMs);
    const letter = letterOf(found);
    if (again !== undefined) await requests.again(again.queue, again.body);
    // Before it is gone: whoever dies here is asked again, and sends it again.
    await recordRedrive(letter, again, operator, dependencies);
    if (again === undefined) return { outcome: 'notRedrivable', letter };
    await deadLetters.remove(found);
    held.delete(id);
    return { outcome: 'redriven', letter };
  } finally {
    await deadLetters.release([...held.values()]);
  }
}

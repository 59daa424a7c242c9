import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import type { DeadLetterQueue, HeldLetter } from '#operator/dead-letters/dead-letter-queue';
import {
  type DeadLetterDependencies,
  listDeadLetters,
  redriveDeadLetter,
} from '#operator/dead-letters/dead-letters';
import type { LoggedAct } from '#operator/dependencies';
import { connected as connectedEvent, sessionAfter, T0 } from '#test/session/events/lifecycle-events';

class MemoryQueue implements DeadLetterQueue {
  #letters: HeldLetter[] = [];

  put(letter: object): void {
    const id = `letter-${this.#letters.length}`;
    this.#letters.push({ id, sentAtMs: T0, body: JSON.stringify(letter), receipt: id });
  }

  async receive(): Promise<readonly HeldLetter[]> {
    return this.#letters;
  }

  async release(): Promise<void> {}

  async remove({ id }: HeldLetter): Promise<void> {
    this.#letters = this.#letters.filter((each) => each.id !== id);
  }
}

const operator = { actor: 'arn:aws:iam::123456789012:user/operator' };
const connected = {
  eventType: 'connected',
  clientId: 'c',
  timestamp: 5,
  sessionIdentifier: 's',
  versionNumber: 0,
};
const refused = (source: string, event: unknown) => ({ source, reason: { code: 'event.refused' }, event });

let queue: MemoryQueue;
let history: HistoryEntry[];
let logged: LoggedAct[];
let dependencies: DeadLetterDependencies;

beforeEach(() => {
  queue = new MemoryQueue();
  history = [];
  logged = [];
  dependencies = {
    deadLetters: queue,
    requests: { again: async () => {} },
    sessions: {
      get: async (clientId) => (clientId === 'c' ? sessionAfter([connectedEvent(1, T0)]) : undefined),
    },
    history: {
      append: async (entries) => {
        history.push(...entries);
      },
    },
    logAct: (each) => {
      logged.push(each);
    },
    clock: () => T0,
    newId: () => 'act',
  };
});

describe('who sends a letter again', () => {
  const act = 'redriveDeadLetter';
  const { actor } = operator;

  it.each<[string, object]>([
    ['a lifecycle event', refused('lifecycle', connected)],
    ['a look-up', { kind: 'lookUp', clientId: 'c', attempt: 9 }],
    ['a delivery', { clientId: 'c', attempt: 1, purpose: 'catchUp' }],
    ['a will', { kind: 'will', clientId: 'c', connectionId: 'x' }],
  ])('stands in the history of the client whose session it is of: %s', async (_, letter) => {
    queue.put(letter);
    const [listed] = await listDeadLetters(dependencies);
    const [letterId, source] = [listed?.id ?? '', listed?.source ?? ''];
    await redriveDeadLetter(letterId, operator, dependencies);
    const outcome = 'redriven';
    const detail = { outcome, letterId, source };
    const { incarnation } = sessionAfter([connectedEvent(1, T0)]);
    const [clientId, type] = [sessionAfter([connectedEvent(1, T0)]).clientId, 'operator'];
    expect(history).toEqual([{ clientId, incarnation, atMs: T0, id: 'act', type, act, actor, detail }]);
    expect(logged).toEqual([{ act, actor, outcome, detail: { letterId, source, clientId: 'c' } }]);
  });

  it.each<[string, object, object]>([
    ['of a client that has no session', { kind: 'lookUp', clientId: 'x\n', attempt: 9 }, { clientId: 'x\n' }],
    [
      'of a message, though it names its publisher',
      refused('ingest', { topic: 'a', payload: '', publisher: 'c' }),
      {},
    ],
    ['of a route', { filter: 'a/#', step: 'mark' }, {}],
    ['of which nothing can be made', { what: 1 }, { outcome: 'notRedrivable' }],
    ['of a client that is none', { kind: 'lookUp', clientId: 7, attempt: 9 }, {}],
  ])('stands in the log alone, for a letter %s', async (_, letter, more) => {
    queue.put(letter);
    const [listed] = await listDeadLetters(dependencies);
    const [letterId, source] = [listed?.id ?? '', listed?.source ?? ''];
    await redriveDeadLetter(letterId, operator, dependencies);
    expect(history).toEqual([]);
    const { outcome = 'redriven', ...named } = more as { outcome?: string };
    expect(logged).toEqual([{ act, actor, outcome, detail: { letterId, source, ...named } }]);
  });

  it('stands in the log also when there is none', async () => {
    await redriveDeadLetter('none', operator, dependencies);
    expect(logged).toEqual([{ act, actor, outcome: 'notFound', detail: { letterId: 'none' } }]);
  });

  it('is known before the letter is gone, and again when it is sent again after a crash', async () => {
    queue.put(refused('lifecycle', connected));
    const [listed] = await listDeadLetters(dependencies);
    const id = listed?.id ?? '';
    const dying: DeadLetterQueue = {
      receive: () => queue.receive(),
      release: () => queue.release(),
      remove: () => Promise.reject(new Error('killed')),
    };
    await expect(redriveDeadLetter(id, operator, { ...dependencies, deadLetters: dying })).rejects.toThrow(
      'killed',
    );
    expect(history).toHaveLength(1);
    expect((await redriveDeadLetter(id, operator, dependencies)).outcome).toBe('redriven');
    expect(history).toHaveLength(2);
  });
});

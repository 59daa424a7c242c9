import {
  type DeadLetter as Letter,
  listDeadLetters as list,
  redriveDeadLetter as redrive,
} from '#operator/dead-letters/dead-letters';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { isoTime } from '../iso-time.ts';
import { problemAnswer } from '../problem.ts';
import { listDeadLetters, redriveDeadLetter } from '../routes/dead-letters.ts';
import { operatorOf } from './operator-of.ts';

const NOT_SHOWN = {
  detail:
    'The queue did not show it: it is gone, or somebody else looks at it just now; look again in a few seconds',
};
const NOT_REDRIVABLE = {
  detail: 'Nothing can be made of it any more; it stays in the queue for whoever reads it',
};

function told({ receivedAtMs, ...letter }: Letter) {
  return { ...letter, receivedAt: isoTime(receivedAtMs) };
}

/** What was refused or ran out of attempts. */
export function addDeadLetters(api: Api, dependencies: ApiDependencies): void {
  const { acts } = dependencies;

  api.openapi(listDeadLetters, async (context) => {
    const letters = await list(dependencies);
    return context.json({ deadLetters: letters.map(told) }, 200);
  });

  api.openapi(redriveDeadLetter, async (context) => {
    const { id } = context.req.valid('param');
    const redriven = await redrive(id, operatorOf(context.env), { ...dependencies, ...acts });
    if (redriven.outcome === 'notFound') return problemAnswer(context, 'deadLetter.notFound', NOT_SHOWN);
    if (redriven.outcome === 'notRedrivable') {
      return problemAnswer(context, 'deadLetter.notRedrivable', NOT_REDRIVABLE);
    }
    return context.json(told(redriven.letter), 202);
  });
}

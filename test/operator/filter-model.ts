import type { SessionEdge } from '#session/session-edge';

/** What a device or another operator does to the filters `a` and `b` of a client. */
export const STEPS = [
  'connects',
  'starts anew',
  'leaves',
  'subscribes a',
  'subscribes b',
  'unsubscribes a',
  'operator subscribes a',
  'operator unsubscribes a',
] as const;
export type Step = (typeof STEPS)[number];

/** Who has subscribed last. */
type By = 'device' | 'operator';

/** What is known of a client when one thing happens after the other. */
export interface Modelled {
  readonly session: 'none' | 'away' | 'connected';
  readonly filters: Readonly<Record<string, By>>;
}

interface Moved {
  readonly state: Modelled;
  /** What an operator is told. */
  readonly outcome?: string;
}

export const NOTHING: Modelled = { session: 'none', filters: {} };

function byOperator(state: Modelled, edge: SessionEdge, isPut: boolean): Moved {
  if (state.session === 'none') return { state, outcome: 'notFound' };
  const { a, ...others } = state.filters;
  if (a === (isPut ? 'operator' : undefined)) {
    return { state, outcome: isPut ? 'unchanged' : 'notSubscribed' };
  }
  if (edge === 'lifecycle' && state.session === 'connected' && (isPut || a === 'device')) {
    return { state, outcome: 'refused' };
  }
  if (!isPut) return { state: { ...state, filters: others }, outcome: 'unsubscribed' };
  const filters = { ...others, a: 'operator' } as const;
  return { state: { ...state, filters }, outcome: a === undefined ? 'created' : 'changed' };
}

/** One step after all that was before. */
export function moved(state: Modelled, step: Step, edge: SessionEdge): Moved {
  const { session, filters } = state;
  const isOnline = session === 'connected';
  switch (step) {
    case 'connects':
      return { state: { session: 'connected', filters } };
    case 'starts anew':
      return { state: { session: 'connected', filters: {} } };
    case 'leaves':
      return { state: isOnline ? { session: 'away', filters } : state };
    case 'subscribes a':
    case 'subscribes b': {
      const filter = step.slice(-1);
      return { state: isOnline ? { session, filters: { ...filters, [filter]: 'device' } } : state };
    }
    case 'unsubscribes a': {
      const { a: _, ...others } = filters;
      return { state: isOnline ? { session, filters: others } : state };
    }
    case 'operator subscribes a':
      return byOperator(state, edge, true);
    case 'operator unsubscribes a':
      return byOperator(state, edge, false);
  }
}

/** One after the other. */
export function after(state: Modelled, steps: readonly Step[], edge: SessionEdge): Modelled {
  return steps.reduce((each, step) => moved(each, step, edge).state, state);
}

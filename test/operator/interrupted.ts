import type { OperatorDependencies } from '#operator/dependencies';

const PORTS = [
  'sessions',
  'subscriptions',
  'routes',
  'shareGroups',
  'sessionStarts',
  'sessionSubscriptions',
  'flows',
  'broker',
  'requests',
  'history',
] as const;

/** Dependencies of an act before each of whose calls something else may happen; calls are counted from 1. */
export function interrupted(acts: OperatorDependencies, before: (call: number) => Promise<unknown>) {
  const counted = { calls: 0 };
  const watched = (port: object) =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          counted.calls += 1;
          await before(counted.calls);
          return Reflect.apply(method, target, given);
        };
      },
    });
  const ports = PORTS.map((name) => [name, watched(acts[name])]);
  return { acts: { ...acts, ...Object.fromEntries(ports) } as OperatorDependencies, counted };
}

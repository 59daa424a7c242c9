import { ROUTES } from './routes/index.ts';

const PATHS = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
for (const { path, method } of [...ROUTES, { path: '/openapi.json', method: 'get' as const }]) {
  const known = PATHS.get(path) ?? { pattern: patternOf(path), methods: new Set<string>() };
  known.methods.add(method.toUpperCase());
  if (method === 'get') known.methods.add('HEAD');
  PATHS.set(path, known);
}

function patternOf(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

/**
 * The methods that a path takes, for an `Allow` header; undefined: there is no such path. OPTIONS is none of them: the
 * HTTP API answers preflight requests itself where CORS is configured, and has no route for others.
 */
export function allowedMethods(path: string): string | undefined {
  for (const { pattern, methods } of PATHS.values()) {
    if (pattern.test(path)) return [...methods].sort().join(', ');
  }
  return undefined;
}

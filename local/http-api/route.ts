/** One route of an HTTP API, as `AWS::ApiGatewayV2::Route` has it. */
export interface Route {
  /** `GET /sessions/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly authorization:
    | { readonly type: 'NONE' }
    | { readonly type: 'AWS_IAM' }
    | { readonly type: 'JWT'; readonly authorizerId: string; readonly scopes: readonly string[] };
}

export interface MatchedRoute {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const DEFAULT_ROUTE = '$default';

/**
 * The route for a request: one that fits the whole path, before one with a greedy variable, before `$default`;
 * fixed text before variables, and the method itself before ANY. The path is decoded already, as API Gateway does
 * it, so a slash in a variable makes two segments.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute | undefined {
  const fitting = routes.flatMap((route) => {
    const [routeMethod = '', pattern = ''] = route.routeKey.split(' ');
    if (route.routeKey === DEFAULT_ROUTE) return [{ route, pathParameters: {}, rank: [0] }];
    if (routeMethod !== 'ANY' && routeMethod !== method) return [];
    const match = matchPattern(pattern, path);
    return match === undefined
      ? []
      : [{ route, pathParameters: match.variables, rank: [...match.rank, routeMethod === 'ANY' ? 0 : 1] }];
  });
  const [best] = fitting.sort((one, other) => compareRanks(other.rank, one.rank));
  return best && { route: best.route, pathParameters: best.pathParameters };
}

interface PatternMatch {
  readonly variables: Readonly<Record<string, string>>;
  /** Higher is closer; compared number by number. */
  readonly rank: readonly number[];
}

function matchPattern(pattern: string, path: string): PatternMatch | undefined {
  const patternParts = partsOf(pattern);
  const pathParts = partsOf(path);
  const variables: Record<string, string> = {};
  const fixed: number[] = [];
  for (const [index, part] of patternParts.entries()) {
    const value = pathParts[index];
    if (value === undefined || value === '')
      return value === part ? { variables, rank: [2, ...fixed] } : undefined;
    const variable = /^\{([^}+]+)(\+?)\}$/.exec(part);
    if (variable === null && part !== value) return undefined;
    fixed.push(variable === null ? 1 : 0);
    const [, name = '', greedy] = variable ?? [];
    if (greedy === '+') {
      variables[name] = pathParts.slice(index).join('/');
      return { variables, rank: [1, ...fixed] };
    }
    if (variable !== null) variables[name] = value;
  }
  return patternParts.length === pathParts.length ? { variables, rank: [2, ...fixed] } : undefined;
}

function partsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface RequestTarget {
  /** Decoded once. */
  readonly rawPath: string;
  /** As it came, still encoded. */
  readonly rawQueryString: string;
}

/**
 * Path and query as an HTTP API hands them on. It decodes the path before it looks for a route or calls the
 * function, and cuts it at a `?` that comes to light; so a client identifier with `/` or `?` in it, encoded once,
 * arrives as another path. Undefined if the path is no text.
 */
export function readTarget(url: string): RequestTarget | undefined {
  const questionMark = url.indexOf('?');
  const path = questionMark < 0 ? url : url.slice(0, questionMark);
  const rawQueryString = questionMark < 0 ? '' : url.slice(questionMark + 1);
  try {
    const [rawPath = ''] = decodeURIComponent(path).split('?');
    return { rawPath, rawQueryString };
  } catch {
    return undefined;
  }
}

/** Values of a key that comes more than once are joined by commas. */
export function queryParameters(rawQueryString: string): Readonly<Record<string, string>> | undefined {
  if (rawQueryString === '') return undefined;
  const found = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(rawQueryString)) {
    const earlier = found.get(key);
    found.set(key, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(found);
}

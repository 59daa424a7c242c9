import { runInNewContext } from 'node:vm';

/** The longest that a CloudFront function may run here. Only what hangs reaches it, however busy the machine is. */
const TIMEOUT_MS = 5_000;

/** The path that a CloudFront function of the stack makes of a request's own; both are still encoded. */
export function changedPath(functionCode: string, method: string, path: string): string {
  const event = JSON.stringify({
    version: '1.0',
    request: { method, uri: path, querystring: {}, headers: {} },
  });
  const result: unknown = runInNewContext(
    `${functionCode}\n;JSON.stringify(handler(${event}))`,
    {},
    { timeout: TIMEOUT_MS },
  );
  const { uri } = JSON.parse(String(result)) as { readonly uri: string };
  return uri;
}

import type { CloudOptions } from '#local/cloud-options';
import type { Endpoints } from '#local/endpoints-file';
import type { StackResources } from '#local/resources/stack-resources';
import type { Undo } from '#local/undo';
import { LocalServer } from './local-server.ts';

/** Opens the ports of the session API and of the console, as far as the stack has them. */
export async function startWebServers(
  { api, distribution }: StackResources,
  { apiPort = 0, consolePort = 0 }: CloudOptions,
  undo: Undo,
): Promise<Pick<Endpoints, 'api' | 'console'>> {
  const addresses: { api?: string; console?: string } = {};
  if (api !== undefined) {
    const server = await LocalServer.start(apiPort, '--api-port', (request, response) =>
      api.handle(request, response),
    );
    undo.add(() => server.stop());
    addresses.api = server.url;
  }
  if (distribution !== undefined) {
    const server = await LocalServer.start(consolePort, '--console-port', (request, response) =>
      distribution.handle(request, response),
    );
    undo.add(() => server.stop());
    addresses.console = server.url;
  }
  return addresses;
}

import { fileURLToPath } from 'node:url';
import { HttpApi, type HttpApiOptions } from '#local/http-api/http-api';
import { Callers } from '#local/iam/callers';
import { Roles } from '#local/iam/roles';
import { LOCAL_ENVIRONMENT } from '#local/template/template';
import { fixtureFunction } from '#test/local/services';

const FILE = fileURLToPath(new URL('../fixtures/echo/index.mjs', import.meta.url));

/** An HTTP API, without routes yet, in front of a function that answers with the event that it got. */
export function echoApi({ cors }: Pick<HttpApiOptions, 'cors'>) {
  const echo = fixtureFunction('echo', { file: FILE });
  const api = new HttpApi({
    apiId: 'abcdef1234',
    environment: LOCAL_ENVIRONMENT,
    authorization: {
      mode: 'operator',
      callers: new Callers(),
      roles: new Roles(LOCAL_ENVIRONMENT),
      environment: LOCAL_ENVIRONMENT,
    },
    functionOf: () => echo,
    cors,
  });
  return { api, echo };
}

import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { ApiDependencies } from './dependencies.ts';
import { openApiDocument } from './document.ts';
import type { Api, ApiEnvironment } from './environment.ts';
import { answerFailure } from './failures.ts';
import { addActs } from './handlers/acts.ts';
import { addDeadLetters } from './handlers/dead-letters.ts';
import { addFleet } from './handlers/fleet.ts';
import { addOperations } from './handlers/operations.ts';
import { addSessions } from './handlers/sessions.ts';
import { addSubscriptions } from './handlers/subscriptions.ts';
import { addTopics } from './handlers/topics.ts';
import { allowedMethods } from './methods.ts';
import { problemAnswer } from './problem.ts';
import { refuseInvalid } from './validation.ts';

/** The largest body that is read. */
const MAXIMUM_BODY_BYTES = 64 * 1024;

/**
 * The session API.
 *
 * @example await createApi(dependencies).request('/stats', {}, { actor: 'arn:aws:iam::1:user/operator' })
 */
export function createApi(dependencies: ApiDependencies): Api {
  const api: Api = new OpenAPIHono<ApiEnvironment>({ defaultHook: refuseInvalid });
  const { logger } = dependencies;
  api.onError((error, context) => answerFailure(error, context, logger));
  api.notFound((context) => {
    const allowed = allowedMethods(context.req.path);
    if (allowed === undefined) {
      return problemAnswer(context, 'route.notFound', {
        detail: 'There is nothing at this path; /openapi.json lists what there is',
      });
    }
    context.header('allow', allowed);
    return problemAnswer(context, 'method.notAllowed', { detail: `This path takes ${allowed}` });
  });
  api.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  api.use(async (context, next) => {
    if (context.env.actor !== undefined) return next();
    return problemAnswer(context, 'access.denied', {
      detail: 'Nobody vouches for the caller; sign the request or send a token',
    });
  });
  api.use(
    bodyLimit({
      maxSize: MAXIMUM_BODY_BYTES,
      onError: (context) =>
        problemAnswer(context, 'body.tooLarge', {
          detail: `A body has at most ${MAXIMUM_BODY_BYTES} bytes; ask for less at a time`,
        }),
    }),
  );
  let document: ReturnType<typeof openApiDocument> | undefined;
  api.get('/openapi.json', (context) => {
    document ??= openApiDocument();
    return context.json(document);
  });
  addSessions(api, dependencies);
  addActs(api, dependencies);
  addSubscriptions(api, dependencies);
  addOperations(api, dependencies);
  addDeadLetters(api, dependencies);
  addTopics(api, dependencies);
  addFleet(api, dependencies);
  return api;
}

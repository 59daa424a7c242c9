import { OpenAPIHono } from '@hono/zod-openapi';
import { ROUTES } from './routes/index.ts';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const INFO = {
  title: 'MQTT sessions',
  version: '1',
  description:
    'Lets operators look at durable MQTT sessions and act on them. Errors are problem details (RFC 9457) with a stable `code`.',
};

/** The OpenAPI document of the session API. */
export function openApiDocument(): Document {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  for (const route of ROUTES) openAPIRegistry.registerPath(route);
  openAPIRegistry.registerComponent('securitySchemes', 'sigv4', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'The default: AWS Signature Version 4, for the service `execute-api`',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'jwt', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'If the stack was deployed with a JWT issuer',
  });
  return getOpenAPI31Document({ openapi: '3.1.0', info: INFO, security: [{ sigv4: [] }, { jwt: [] }] });
}

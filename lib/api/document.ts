import { OpenAPIHono } from '@hono/zod-openapi';
import { ROUTES } from './routes/index.ts';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const INFO = {
  title: 'MQTT sessions',
  version: '1',
  description:
    'What operators see and do of durable MQTT sessions. Errors are problem details (RFC 9457) with a stable `code`.',
};

/** The OpenAPI document of the session API. */
export function openApiDocument(): Document {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  for (const route of ROUTES) openAPIRegistry.registerPath(route);
  openAPIRegistry.registerComponent('securitySchemes', 'sigv4', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'AWS Signature Version 4 for `execute-api`, the default',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'jwt', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Where the stack was given a JWT issuer',
  });
  return getOpenAPI31Document({ openapi: '3.1.0', info: INFO, security: [{ sigv4: [] }, { jwt: [] }] });
}

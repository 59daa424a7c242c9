import type { OpenAPIHono } from '@hono/zod-openapi';

/** What a request comes with. */
export interface ApiEnvironment {
  readonly Bindings: {
    /** Who asks: the ARN of an IAM identity or the subject of a token; absent: nobody vouches for the caller. */
    readonly actor?: string;
  };
}

/** To which each resource adds its paths. */
export type Api = OpenAPIHono<ApiEnvironment>;

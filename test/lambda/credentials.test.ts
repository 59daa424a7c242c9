import { afterEach, expect, test, vi } from 'vitest';
import { defaultProvider } from '#lambda/credentials';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('credentials are those of the environment, with their session token where there is one', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  expect(await defaultProvider()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  expect(await defaultProvider()()).toMatchObject({ sessionToken: 'token' });
});

test('an environment without them is said at the first request', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(defaultProvider()()).rejects.toThrow('Lambda sets both from the role of the function');
});

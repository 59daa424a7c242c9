import { expect, test } from 'vitest';
import { openApiDocument } from '#api/document';

test('docs/openapi.json is up to date (run with -u it is written anew)', async () => {
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/openapi.json');
});

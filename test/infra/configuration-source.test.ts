import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, expect, test } from 'vitest';
import { appContext, readConfiguration } from '#infra/configuration-source';

const folder = mkdtempSync(join(tmpdir(), 'configuration-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const fromFile = { durableTopics: ['from-file'] };
const fromContext = { durableTopics: ['from-context'] };
const fleet = file('fleet.json', JSON.stringify(fromFile));
const nodeWith = (context: Record<string, unknown>) => new App({ context }).node;

test('the context key mqttSessions holds the configuration', () => {
  expect(readConfiguration(nodeWith({ mqttSessions: fromContext }), {})).toEqual(fromContext);
});

test('the environment may name a file instead', () => {
  const node = nodeWith({ mqttSessions: fromContext });
  expect(readConfiguration(node, { MQTT_SESSIONS_FILE: fleet })).toEqual(fromFile);
});

test('the context key mqttSessionsFile names a file, before the environment', () => {
  const node = nodeWith({ mqttSessions: fromContext, mqttSessionsFile: fleet });
  expect(readConfiguration(node, { MQTT_SESSIONS_FILE: '/nowhere.json' })).toEqual(fromFile);
});

test('no configuration at all is refused, and the places for it are named', () => {
  expect(() => readConfiguration(nodeWith({}), {})).toThrow(
    'context key mqttSessions: nothing came; allowed: an object with durableTopics, policies, settings, api, console; write it into cdk.json under "mqttSessions" or name a file with -c mqttSessionsFile=FILE',
  );
});

test('a configuration that is no object is refused', () => {
  const list = file('list.json', '[]');
  expect(() => readConfiguration(nodeWith({}), { MQTT_SESSIONS_FILE: list })).toThrow(
    `${list}: [] came; allowed: an object with durableTopics, policies, settings, api, console`,
  );
});

test('a key that nothing reads is refused, since it is a misspelt one', () => {
  const misspelt = file('misspelt.json', '{"policys":[]}');
  expect(() => readConfiguration(nodeWith({}), { MQTT_SESSIONS_FILE: misspelt })).toThrow(
    'policys: unknown key; allowed: an object with durableTopics, policies, settings, api, console',
  );
});

test('a file that is not there is refused by its name', () => {
  expect(() => readConfiguration(nodeWith({}), { MQTT_SESSIONS_FILE: '/nowhere.json' })).toThrow(
    '/nowhere.json: cannot be read as JSON (ENOENT',
  );
});

test('a file that is not JSON is refused by its name', () => {
  const broken = file('broken.json', '{');
  expect(() => readConfiguration(nodeWith({}), { MQTT_SESSIONS_FILE: broken })).toThrow(
    `${broken}: cannot be read as JSON (`,
  );
});

test('the context of cdk.json counts also where the CLI is not there to hand it over', () => {
  expect(appContext()).toMatchObject({
    'aws:cdk:enable-path-metadata': true,
    mqttSessions: { durableTopics: expect.any(Array) },
  });
});

const withOperators = {
  durableTopics: [],
  api: { jwt: { issuer: 'https://issuer.example', audience: ['console'] }, rateLimit: 5 },
  console: { clientId: 'console' },
};

test('the configuration says also how the API and the console are reached', () => {
  expect(readConfiguration(nodeWith({ mqttSessions: withOperators }), {})).toEqual(withOperators);
  expect(readConfiguration(nodeWith({ mqttSessions: { console: false } }), {})).toEqual({ console: false });
});

test.each([
  [
    'api',
    { jwt: { issuer: 'issuer.example', audience: ['x'] } },
    'api.jwt.issuer: "issuer.example" came; allowed: the https:// address',
  ],
  [
    'api',
    { jwt: { issuer: 'https://issuer.example', audience: [] } },
    'api.jwt.audience: [] came; allowed: a list of at least one',
  ],
  [
    'api',
    { jtw: {} },
    'api.jtw: unknown key; allowed: an object with jwt, corsOrigins, rateLimit, burstLimit',
  ],
  ['api', { rateLimit: 0 }, 'api.rateLimit: 0 came; allowed: a whole number of requests from 1'],
  [
    'api',
    { corsOrigins: ['https://a.example/page'] },
    'api.corsOrigins[0]: "https://a.example/page" came; allowed: a list of origins',
  ],
  [
    'console',
    true,
    'console: true came; allowed: false, or an object with clientId, signInOrigins, domainPrefix, directory',
  ],
  ['console', { client: 'x' }, 'console.client: unknown key; allowed: an object with clientId'],
])('%s: %j is refused', (key, value, sentence) => {
  expect(() => readConfiguration(nodeWith({ mqttSessions: { [key]: value } }), {})).toThrow(sentence);
});

test('every problem is told at once', () => {
  const mqttSessions = { policys: [], durableTopics: ['a/#', 'a/b'], api: { rateLimit: 0 } };
  expect(() => readConfiguration(nodeWith({ mqttSessions }), {})).toThrow(
    /policys: unknown key.*durableTopics\[1\]: .*api\.rateLimit: 0 came/s,
  );
});

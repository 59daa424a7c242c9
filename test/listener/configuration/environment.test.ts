import { expect, test } from 'vitest';
import { readEnvironment } from '#listener/configuration/environment';

const least = { PACKETS_FUNCTION: 'packets', QUEUE_NAME_PREFIX: 'listener-', MQTT_PORT: '1883' };

test('a function, the prefix of its queues and one port are enough', () => {
  expect(readEnvironment(least)).toEqual({
    packetsFunction: 'packets',
    queueNamePrefix: 'listener-',
    ports: { mqtt: 1883 },
    limits: {},
  });
});

test('TLS, an authorizer and every limit can be set', () => {
  const environment = readEnvironment({
    ...least,
    WSS_PORT: '443',
    TLS_KEY: 'key',
    TLS_CERT: 'cert',
    TLS_CLIENT_AUTHORITIES: 'authorities',
    AUTHORIZER_FUNCTION: 'authorizer',
    MAXIMUM_CONNECTIONS: '5',
    CONNECT_TIMEOUT_MS: '100',
  });
  expect(environment).toEqual({
    packetsFunction: 'packets',
    queueNamePrefix: 'listener-',
    authorizerFunction: 'authorizer',
    ports: { mqtt: 1883, wss: 443 },
    tls: { key: 'key', cert: 'cert', clientAuthorities: 'authorities' },
    limits: { maximumConnections: 5, connectTimeoutMs: 100 },
  });
});

test.each([
  [{ PACKETS_FUNCTION: '' }, /^Environment variables: PACKETS_FUNCTION is missing\.$/],
  [{ QUEUE_NAME_PREFIX: undefined }, /QUEUE_NAME_PREFIX is missing/],
  [{ MQTT_PORT: undefined }, /none of MQTT_PORT, MQTTS_PORT, WS_PORT, WSS_PORT is set/],
  [{ MQTT_PORT: 'mqtt' }, /MQTT_PORT: mqtt came; allowed: a whole number/],
  [{ STOP_TIMEOUT_MS: '-1' }, /STOP_TIMEOUT_MS: -1 came/],
  [{ TLS_KEY: 'key' }, /TLS_KEY and TLS_CERT must both be set/],
])('%o is refused', (changed, message) => {
  expect(() => readEnvironment({ ...least, ...changed })).toThrow(message);
});

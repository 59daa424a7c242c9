import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loggable } from '#telemetry/loggable';
import { createTelemetry } from '#telemetry/telemetry';

function captured(): { lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  return { lines };
}

describe('loggable', () => {
  test.each([
    ['plain', 'durable-7', 'durable-7'],
    ['slashes, spaces and emoji', 'a/b c 🙂', 'a/b c 🙂'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a terminal sequence', '\u001b[2J', '\\u001b[2J'],
    ['text that runs backwards', '\u202eabc', '\\u202eabc'],
    ['half a surrogate pair', 'a\ud800', 'a\\ud800'],
    ['128 bytes', 'x'.repeat(128), 'x'.repeat(128)],
    ['129 bytes', 'x'.repeat(129), `${'x'.repeat(128)}…`],
    ['a character over the edge', `${'x'.repeat(127)}é`, `${'x'.repeat(127)}…`],
  ])('%s', (_name, text, shown) => {
    expect(loggable(text)).toBe(shown);
  });
});

describe('telemetry', () => {
  beforeEach(() => {
    vi.stubEnv('POWERTOOLS_DEV', 'false');
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'mqtt-sessions');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'MqttSessions');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  test('a line says the service, the client and the details', () => {
    const { lines } = captured();
    createTelemetry().logger.forClient('a\nb').info('Session resumed', { pending: 3 });
    expect(lines).toMatchObject([
      {
        level: 'INFO',
        service: 'mqtt-sessions',
        message: 'Session resumed',
        clientId: 'a\\u000ab',
        pending: 3,
      },
    ]);
  });

  test('an error keeps the client beside it', () => {
    const { lines } = captured();
    createTelemetry().logger.forClient('c').error('Failed', new TypeError('no'));
    expect(lines).toMatchObject([{ clientId: 'c', error: { name: 'TypeError', message: 'no' } }]);
  });

  test('the level of the environment holds', () => {
    const { lines } = captured();
    createTelemetry().logger.debug('unseen');
    expect(lines).toEqual([]);
  });

  test('counts are published once, in the namespace of the service', () => {
    const { lines } = captured();
    const { metrics } = createTelemetry();
    metrics.add('Delivered', 2);
    metrics.add('DeliveredBytes', 10, 'Bytes');
    metrics.publish();
    metrics.publish();
    expect(lines).toMatchObject([
      {
        service: 'mqtt-sessions',
        Delivered: 2,
        DeliveredBytes: 10,
        _aws: { CloudWatchMetrics: [{ Namespace: 'MqttSessions' }] },
      },
    ]);
  });
});

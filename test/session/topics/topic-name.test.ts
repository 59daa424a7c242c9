import { describe, expect, it } from 'vitest';
import { checkTopicName, IOT_CORE_LIMITS, MQTT_LIMITS } from '#session/topics/topic-name';

const deep = (levels: number) => Array.from({ length: levels }, () => 'a').join('/');

describe('topic names', () => {
  it.each([
    'a',
    '/',
    '//',
    '/a',
    'a/',
    ' ',
    'a b',
    '$SYS/x',
    '$aws/things/x',
    'Ä/é/😀',
    '\u{feff}a',
    'a\nb',
    deep(300),
  ])('takes %j', (topic) => {
    expect(checkTopicName(topic)).toEqual({ valid: true });
  });

  it.each([
    ['', 'MQTT-4.7.3-1', 'at least one character'],
    ['a/+/b', 'MQTT-4.7.0-1', 'contains +'],
    ['a+', 'MQTT-4.7.0-1', 'contains +'],
    ['#', 'MQTT-4.7.0-1', 'contains #'],
    ['a#b', 'MQTT-4.7.0-1', 'contains #'],
    ['a\0b', 'MQTT-4.7.3-2', 'U+0000'],
    ['a\ud800', 'MQTT-1.5.4-1', 'half of a surrogate pair'],
    ['\udc00a', 'MQTT-1.5.4-1', 'half of a surrogate pair'],
    ['\udc00\ud800', 'MQTT-1.5.4-1', 'half of a surrogate pair'],
  ])('refuses %j for [%s]', (topic, clause, reason) => {
    expect(checkTopicName(topic)).toEqual({ valid: false, clause, reason: expect.stringContaining(reason) });
  });

  it('counts the bytes of the UTF-8 form, not characters', () => {
    expect(checkTopicName('é'.repeat(32_767), MQTT_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName('é'.repeat(32_768), MQTT_LIMITS)).toEqual({
      valid: false,
      clause: 'MQTT-4.7.3-3',
      reason: 'a topic name has at most 65535 bytes, but this one has 65536',
    });
    expect(checkTopicName('😀'.repeat(64), IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName(`${'😀'.repeat(64)}a`, IOT_CORE_LIMITS)).toEqual({
      valid: false,
      clause: 'AWS IoT Core message broker quotas',
      reason: 'a topic name has at most 256 bytes, but this one has 257',
    });
  });

  it('counts levels, also empty ones, for IoT Core', () => {
    expect(checkTopicName(deep(8), IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName('///////', IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName('////////', IOT_CORE_LIMITS)).toEqual({
      valid: false,
      clause: 'AWS IoT Core message broker quotas',
      reason: 'a topic name has at most 8 levels, but this one has 9',
    });
  });

  it('does not count the first three levels of a Basic Ingest topic', () => {
    expect(checkTopicName(`$aws/rules/a_rule/${deep(8)}`, IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName(`$aws/rules/a_rule/${'a'.repeat(256)}`, IOT_CORE_LIMITS)).toEqual({ valid: true });
    expect(checkTopicName(`$aws/rules/a_rule/${deep(9)}`, IOT_CORE_LIMITS)).toMatchObject({ valid: false });
    expect(checkTopicName(`$aws/rules/a_rule/${'a'.repeat(257)}`, IOT_CORE_LIMITS)).toMatchObject({
      valid: false,
    });
    expect(checkTopicName(`$aws/things/a/${deep(8)}`, IOT_CORE_LIMITS)).toMatchObject({ valid: false });
  });

  it('keeps what MQTT itself allows, also behind a Basic Ingest prefix', () => {
    expect(checkTopicName(`$aws/rules/${'r'.repeat(65_535)}/a`, IOT_CORE_LIMITS)).toEqual({
      valid: false,
      clause: 'MQTT-4.7.3-3',
      reason: expect.stringContaining('65535 bytes'),
    });
  });

  it('shortens a long name in its reason', () => {
    const result = checkTopicName(`+${'a'.repeat(60_000)}`);
    expect(result).toMatchObject({ valid: false });
    expect(JSON.stringify(result).length).toBeLessThan(300);
  });
});

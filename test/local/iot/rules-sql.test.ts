import { describe, expect, it } from 'vitest';
import type { Message } from '#local/iot/message';
import { RuleSqlError } from '#local/iot/rules/errors';
import { evaluate } from '#local/iot/rules/evaluate';
import { parseStatement } from '#local/iot/rules/parser';

const UUID = /^[0-9a-f-]{36}$/;

function run(sql: string, message: Partial<Message> = {}): unknown {
  const complete: Message = {
    topic: 'devices/7/state',
    payload: Buffer.from('{"name":"pump","level":{"value":12},"on":true}'),
    qos: 1,
    retain: false,
    properties: {},
    receivedAtMs: 1_700_000_000_000,
    publisher: { clientId: 'device-7', principal: 'abc' },
    ...message,
  };
  const context = { message: complete, topic: complete.topic, traceId: 'trace', accountId: '111122223333' };
  const evaluation = evaluate(parseStatement(sql), context);
  return evaluation.outcome === 'value' ? evaluation.value : evaluation;
}

describe('SELECT', () => {
  it.each<[string, unknown]>([
    ["SELECT * FROM 'a'", { name: 'pump', level: { value: 12 }, on: true }],
    ["SELECT *, topic() AS topic FROM 'a'", expect.objectContaining({ on: true, topic: 'devices/7/state' })],
    ['SELECT name, level.value', { name: 'pump', value: 12 }],
    ['SELECT level AS depth, missing, level.missing.more', { depth: { value: 12 } }],
    [
      "SELECT 'it''s' AS text, 1 AS one, -2.5 AS less, true AS yes, null AS nothing",
      { text: "it's", one: 1, less: -2.5, yes: true, nothing: null },
    ],
    ['SELECT topic(2) AS second, topic(9) AS ninth', { second: '7' }],
    ["SELECT lower('Pump') AS text, abs(-2) AS number", { text: 'pump', number: 2 }],
    [
      'SELECT clientid() AS client, timestamp() AS at, principal() AS who, traceid() AS trace, accountid() AS account',
      { client: 'device-7', at: 1_700_000_000_000, who: 'abc', trace: 'trace', account: '111122223333' },
    ],
    ['SELECT newuuid() AS id', { id: expect.stringMatching(UUID) }],
    ["select NAME from 'a'", {}],
    ["select name as NAME from 'a'", { NAME: 'pump' }],
  ])('%s', (sql, expected) => {
    expect(run(sql)).toEqual(expected);
  });

  it('encodes a payload that is not JSON', () => {
    const payload = Buffer.from([0, 255, 1]);

    expect(run("SELECT encode(*, 'base64') AS data, lower('A') AS a", { payload })).toEqual({
      data: 'AP8B',
      a: 'a',
    });
  });

  it.each(['name', '1 AS one', "'x' AS text"])('selects functions alone of one, not %s', (item) => {
    const payload = Buffer.from([0, 255, 1]);

    expect(run(`SELECT encode(*, 'base64') AS data, ${item}`, { payload })).toMatchObject({
      outcome: 'failed',
    });
  });

  it('of * alone hands on bytes that are not JSON, but cannot extend them', () => {
    const payload = Buffer.from('not JSON');

    expect(run('SELECT *', { payload })).toEqual({ outcome: 'bytes', bytes: payload });
    expect(run('SELECT *, 1 AS one', { payload })).toMatchObject({ outcome: 'failed' });
  });

  it('reads the properties of MQTT 5', () => {
    const properties = {
      contentType: 'text/plain',
      payloadFormatIndicator: true,
      responseTopic: 'answers',
      correlationData: Buffer.from([1, 2]),
      userProperties: { single: 'x', several: ['1', '2'] },
    };
    const sql = `SELECT get_mqtt_property('content_type') AS contentType,
      get_mqtt_property('format_indicator') AS format, get_mqtt_property('response_topic') AS responseTopic,
      get_mqtt_property('correlation_data') AS correlationData, get_user_properties() AS all,
      get_user_properties('several') AS several`;

    expect(run(sql, { properties })).toEqual({
      contentType: 'text/plain',
      format: 'UTF8_DATA',
      responseTopic: 'answers',
      correlationData: 'AQI=',
      all: { single: ['x'], several: ['1', '2'] },
      several: ['1', '2'],
    });
    expect(run(sql)).toEqual({});
  });

  it('knows no client where the message did not come over MQTT', () => {
    const { publisher: _, ...message } = { publisher: undefined, qos: 0 } as const;
    const sql = 'SELECT clientid() AS client, traceid() AS trace, principal() AS who';
    const context = {
      message: {
        ...message,
        topic: 'a',
        payload: Buffer.from('{}'),
        retain: false,
        properties: {},
        receivedAtMs: 0,
      },
      topic: 'a',
      traceId: 'trace',
      accountId: '1',
    };

    expect(evaluate(parseStatement(sql), context)).toEqual({ outcome: 'value', value: { client: 'n/a' } });
  });
});

describe('WHERE', () => {
  it.each<[string, boolean]>([
    ["name = 'pump'", true],
    ["name <> 'pump'", false],
    ['level.value > 11 AND level.value < 13', true],
    ['level.value >= 13 OR on = true', true],
    ['NOT on = true', false],
    ['NOT (level.value <= 11)', true],
    ["on = false OR name = 'x' AND on = true", false],
    ["name > 'pul'", true],
    ['missing = 1', false],
    ['missing <> 1', false],
    ['NOT missing = 1', false],
    ['name < 5', false],
    ["topic(1) = 'devices' and clientid() <> 'n/a'", true],
    ['on', true],
    ['name', false],
  ])('%s', (condition, matches) => {
    expect(run(`SELECT 1 AS one FROM 'a' WHERE ${condition}`)).toEqual(
      matches ? { one: 1 } : { outcome: 'noMatch' },
    );
  });
});

describe('SQL that is not known', () => {
  it.each([
    ['', 'SELECT'],
    ['UPDATE x', 'SELECT'],
    ['SELECT', 'a name'],
    ['SELECT aws_lambda() AS x', 'aws_lambda() is not known'],
    ["SELECT topic() FROM 'a'", 'AS'],
    ["SELECT 1 AS one FROM 'a' GROUP BY x", 'the end'],
    ['SELECT 1 AS one FROM a', 'a topic filter'],
    ["SELECT get_mqtt_property('qos') AS qos", 'content_type'],
    ["SELECT get_mqtt_property('toString') AS x", 'content_type'],
    ["SELECT encode(*, 'hex') AS x", "'base64'"],
    ["SELECT topic('x') AS x", 'level'],
    ['SELECT timestamp(1) AS x', 'takes nothing'],
    ['SELECT lower(name) AS x', "lower() takes '…'"],
    ['SELECT abs() AS x', 'abs() takes a number'],
    ['SELECT a[0] AS x', '"["'],
    ["SELECT 'open AS x", 'position'],
    ['SELECT toString() AS x', 'not known'],
  ])('%s', (sql, problem) => {
    expect(() => parseStatement(sql)).toThrow(RuleSqlError);
    expect(() => parseStatement(sql)).toThrow(problem);
  });
});

import { describe, expect, it } from 'vitest';
import {
  type ConfigurationInput,
  DEFAULT_SETTINGS,
  parseConfiguration,
} from '#session/configuration/configuration';
import { FOLLOW_BROKER } from '#session/configuration/policy';
import {
  parseSessionConfiguration,
  serializeSessionConfiguration,
} from '#session/configuration/session-configuration';
import { NEVER } from '#session/expiry';
import { problemsOf } from '#test/session/configuration/configuration-refusal';

const policiesOf = (...policies: object[]) => ({ policies });

describe('a configuration', () => {
  it('has a default for everything', () => {
    expect(parseConfiguration({})).toEqual({ durableTopics: [], policies: [], settings: DEFAULT_SETTINGS });
    expect(DEFAULT_SETTINGS).toEqual({
      settleSeconds: 4,
      lossWindowSeconds: 5,
      brokerSessionExpirySeconds: 3600,
      neverExpiresRetentionSeconds: 30 * 24 * 3600,
      deliveriesPerSecond: 80,
      liveOverlapSeconds: 1,
      unknownKeepAliveSeconds: 1200,
      publishToBroker: true,
      downTopicPrefix: 'mqtt-sessions',
      logShards: 1,
      maximumShapes: 256,
      historyRetentionSeconds: 30 * 24 * 3600,
      surveyReadUnits: 200,
    });
    expect(parseConfiguration(policiesOf({ clients: 'a' })).policies).toEqual([
      { ...FOLLOW_BROKER, clients: 'a' },
    ]);
  });

  it('takes durable topics as filters or as objects', () => {
    const durableTopics = [
      'devices/+/cmd/#',
      { filter: 'a', qos: 0 },
      { filter: 'b', messageExpiryInterval: 60 },
    ];
    expect(parseConfiguration({ durableTopics }).durableTopics).toStrictEqual([
      { filter: 'devices/+/cmd/#', qos: 1 },
      { filter: 'a', qos: 0 },
      { filter: 'b', qos: 1, messageExpiryInterval: 60 },
    ]);
  });

  it('keeps what a policy says', () => {
    const policy = {
      clients: 'a-*',
      edge: 'lifecycle',
      sessionExpiryInterval: 'client',
      defaultSessionExpiryInterval: 60,
      maximumSessionExpiryInterval: 3600,
      mqtt311SessionExpiryInterval: 120,
      queueQos0: true,
      maximumPendingMessages: 1,
      maximumPendingBytes: 2,
      overflow: 'drop-newest',
      delivery: 'broker',
      noticeTopic: 'sessions/notice',
      ignore: true,
    };
    const carried = { ...FOLLOW_BROKER, clients: 'b', edge: 'packets' };
    expect(parseConfiguration(policiesOf(policy, carried)).policies).toStrictEqual([policy, carried]);
  });

  it("reads 'never' as the interval that never ends", () => {
    const [policy] = parseConfiguration(
      policiesOf({
        clients: '*',
        sessionExpiryInterval: 'never',
        maximumSessionExpiryInterval: 'never',
        defaultSessionExpiryInterval: 'never',
        mqtt311SessionExpiryInterval: 'never',
      }),
    ).policies;
    expect(policy).toMatchObject({
      sessionExpiryInterval: 'never',
      maximumSessionExpiryInterval: NEVER,
      defaultSessionExpiryInterval: NEVER,
      mqtt311SessionExpiryInterval: NEVER,
    });
  });

  it('lowers the default for MQTT 3.1.1 to a maximum below it', () => {
    expect(
      parseConfiguration(policiesOf({ clients: '*', maximumSessionExpiryInterval: 60 })).policies,
    ).toMatchObject([{ mqtt311SessionExpiryInterval: 60 }]);
  });

  it('takes explicitly absent values as absent', () => {
    const value = {
      durableTopics: [{ filter: 'a', qos: undefined, messageExpiryInterval: undefined }],
      policies: [{ clients: 'a', noticeTopic: undefined, queueQos0: undefined }],
      settings: { logShards: undefined },
    };
    expect(parseConfiguration(value)).toStrictEqual({
      durableTopics: [{ filter: 'a', qos: 1 }],
      policies: [{ ...FOLLOW_BROKER, clients: 'a' }],
      settings: DEFAULT_SETTINGS,
    });
  });

  it('can be written with types', () => {
    const input: ConfigurationInput = {
      durableTopics: ['a/#', { filter: 'b', qos: 0 }],
      policies: [{ clients: 'a', maximumSessionExpiryInterval: 'never', sessionExpiryInterval: 'never' }],
      settings: { logShards: 4 },
    };
    expect(parseConfiguration(input).settings.logShards).toBe(4);
  });
});

describe("the functions' part of a configuration", () => {
  const configuration = parseConfiguration({
    durableTopics: ['a'],
    policies: [
      { clients: 'a-*', sessionExpiryInterval: 3600, noticeTopic: 'notice' },
      { clients: 'b', maximumSessionExpiryInterval: 60 },
      { clients: 'c', maximumSessionExpiryInterval: 'never', sessionExpiryInterval: 'never' },
      { clients: '*', ignore: true },
    ],
    settings: { deliveriesPerSecond: 50 },
  });

  it('comes back as it was', () => {
    const { policies, settings } = configuration;
    expect(parseSessionConfiguration(serializeSessionConfiguration(configuration))).toStrictEqual({
      policies,
      settings,
    });
  });

  it('is that of a user who says nothing, when it says nothing', () => {
    expect(parseSessionConfiguration('{}')).toStrictEqual({ policies: [], settings: DEFAULT_SETTINGS });
  });

  it('leaves out defaults, since environments are small', () => {
    expect(JSON.parse(serializeSessionConfiguration(configuration))).toEqual({
      policies: [
        { clients: 'a-*', sessionExpiryInterval: 3600, noticeTopic: 'notice' },
        { clients: 'b', maximumSessionExpiryInterval: 60 },
        { clients: 'c', maximumSessionExpiryInterval: NEVER, sessionExpiryInterval: 'never' },
        { clients: '*', ignore: true },
      ],
      settings: { deliveriesPerSecond: 50 },
    });
  });

  it.each([
    ['', 'the configuration: text that is not JSON came; allowed: JSON'],
    ['{', 'the configuration: text that is not JSON came; allowed: JSON'],
    ['[]', 'the configuration: no object came; allowed: an object with policies, settings'],
    [
      '{"durableTopics":[]}',
      'the configuration: the unknown key durableTopics came; allowed: an object with policies, settings',
    ],
    ['{"policies":{}}', 'policies: no list came; allowed: a list of policies'],
    ['{"policies":[{"ignore":true}]}', 'policies[0].clients: no text came; allowed: a pattern'],
    [
      '{"settings":null,"policies":[null]}',
      expect.stringMatching(/policies\[0\]: no object came; allowed: an object with clients, /),
    ],
    [
      '{"settings":{"settle":1}}',
      expect.stringMatching(/settings: the unknown key settle came; allowed: an object with settleSeconds, /),
    ],
  ])('is refused as %j', (json, problem) => {
    const expected = typeof problem === 'string' ? `SESSION_CONFIGURATION: ${problem}` : problem;
    expect(problemsOf(() => parseSessionConfiguration(json))).toEqual([expected]);
  });
});

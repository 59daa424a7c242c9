import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '#session/configuration/configuration';
import { NEVER } from '#session/expiry';
import { problemsOf } from '#test/session/configuration/configuration-refusal';

const problemsIn = (value: unknown) => problemsOf(() => parseConfiguration(value));

const policiesOf = (...policies: object[]) => ({ policies });

describe('a configuration that cannot be used', () => {
  it.each([
    [undefined, 'configuration: nothing came; allowed: an object with durableTopics, policies, settings'],
    [null, 'configuration: null came; allowed: an object with durableTopics, policies, settings'],
    ['x', 'configuration: "x" came; allowed: an object with durableTopics, policies, settings'],
    [{ polices: [] }, 'polices: unknown key; allowed: an object with durableTopics, policies, settings'],
    [{ policies: {} }, 'policies: {} came; allowed: a list of policies'],
    [{ durableTopics: 'a' }, 'durableTopics: "a" came; allowed: a list of topic filters'],
    [{ settings: 1 }, /^settings: 1 came; allowed: an object with settleSeconds, /],
  ])('as a whole: %j', (value, problem) => {
    expect(problemsIn(value)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  it.each([
    ['a/#/b', '[MQTT-4.7.1-1]'],
    ['', 'at least one character'],
    ['a/b/c/d/e/f/g/h/i', 'at most 8 levels, but this one has 9'],
    ['$aws/things/#', 'topics that begin with $ are reserved for the broker'],
    ['$share', 'topics that begin with $ are reserved for the broker'],
    ['$share/group/a', 'the durable topic is the filter behind it'],
    ["a'b", 'no single quotes'],
    ['a\nb', 'no control characters'],
  ])('by the durable topic %j', (filter, reason) => {
    const short = problemsIn({ durableTopics: [filter] });
    expect(short).toEqual([
      expect.stringMatching(/^durableTopics\[0\]: ".* came; allowed: a topic filter that/),
    ]);
    expect(short[0]).toContain(reason);
    expect(problemsIn({ durableTopics: [{ filter }] })).toEqual([
      expect.stringMatching(/^durableTopics\[0\]\.filter: ".* came; allowed: a topic filter that/),
    ]);
  });

  it.each([
    [4, 'durableTopics[0]: 4 came; allowed: an object with filter, qos, messageExpiryInterval'],
    [{}, 'durableTopics[0].filter: nothing came; allowed: a topic filter that AWS IoT Core takes'],
    [{ filter: 'a', qos: 2 }, 'durableTopics[0].qos: 2 came; allowed: 0 or 1'],
    [
      { filter: 'a', messageExpiryInterval: 0 },
      'durableTopics[0].messageExpiryInterval: 0 came; allowed: a whole number from 1 to 4294967295',
    ],
    [
      { filter: 'a', Qos: 1 },
      'durableTopics[0].Qos: unknown key; allowed: an object with filter, qos, messageExpiryInterval',
    ],
  ])('by the durable topic %j', (topic, problem) => {
    expect(problemsIn({ durableTopics: [topic] })).toEqual([problem]);
  });

  it('by durable topics that overlap, since a message would be logged twice', () => {
    expect(problemsIn({ durableTopics: ['a/#', 'b', { filter: 'a/+/c' }, '+'] })).toEqual([
      'durableTopics[2]: { filter: \'a/+/c\' } came; allowed: filters that have no topic in common with durableTopics[0] ("a/#"), since a message on such a topic would be logged twice',
      'durableTopics[3]: "+" came; allowed: filters that have no topic in common with durableTopics[0] ("a/#"), since a message on such a topic would be logged twice',
      'durableTopics[3]: "+" came; allowed: filters that have no topic in common with durableTopics[1] ("b"), since a message on such a topic would be logged twice',
    ]);
    expect(problemsIn({ durableTopics: ['a', 'a'] })).toHaveLength(1);
  });

  it.each([
    [{}, /^policies\[0\]\.clients: nothing came; allowed: a pattern of 1 to 256 characters/],
    [{ clients: '' }, /^policies\[0\]\.clients: "" came; allowed: a pattern/],
    [{ clients: 'a', client: 'a' }, /^policies\[0\]\.client: unknown key; allowed: an object with clients, /],
    [
      { clients: 'a', sessionExpiryInterval: 'forever' },
      /^policies\[0\]\.sessionExpiryInterval: "forever" came; allowed: 'client', 'broker', 'never' or a whole number of seconds from 0 to 4294967295$/,
    ],
    [{ clients: 'a', sessionExpiryInterval: -1 }, /^policies\[0\]\.sessionExpiryInterval: -1 came; /],
    [
      { clients: 'a', maximumSessionExpiryInterval: 1.5 },
      /^policies\[0\]\.maximumSessionExpiryInterval: 1\.5 came; allowed: 'never' or a whole number of seconds/,
    ],
    [{ clients: 'a', queueQos0: 'yes' }, /^policies\[0\]\.queueQos0: "yes" came; allowed: true or false$/],
    [
      { clients: 'a', maximumPendingMessages: 0 },
      /^policies\[0\]\.maximumPendingMessages: 0 came; allowed: a whole number from 1 to 9007199254740991$/,
    ],
    [{ clients: 'a', maximumPendingBytes: 10n }, /^policies\[0\]\.maximumPendingBytes: 10n came; /],
    [
      { clients: 'a', overflow: 'oldest' },
      /^policies\[0\]\.overflow: "oldest" came; allowed: 'drop-oldest' or 'drop-newest'$/,
    ],
    [
      { clients: 'a', delivery: null },
      /^policies\[0\]\.delivery: null came; allowed: 'service' or 'broker'$/,
    ],
    [
      { clients: 'a', noticeTopic: 'a/+' },
      /^policies\[0\]\.noticeTopic: "a\/\+" came; .*\[MQTT-4\.7\.0-1\]$/,
    ],
    [{ clients: 'a', noticeTopic: '$a' }, /^policies\[0\]\.noticeTopic: "\$a" came; .*begin with \$/],
    [
      { clients: 'a', edge: 'broker' },
      /^policies\[0\]\.edge: "broker" came; allowed: 'lifecycle' or 'packets'$/,
    ],
    [
      { clients: 'a', edge: 'packets', delivery: 'broker' },
      /^policies\[0\]\.delivery: "broker" came; allowed: nothing together with edge 'packets', .*; leave delivery out$/,
    ],
    [
      { clients: 'a', edge: 'packets', noticeTopic: 'n' },
      /^policies\[0\]\.noticeTopic: "n" came; allowed: nothing together with edge 'packets', /,
    ],
    [{ clients: 'a', ignore: 0 }, /^policies\[0\]\.ignore: 0 came; allowed: true or false$/],
    [
      { clients: 'a', sessionExpiryInterval: 604_801 },
      /^policies\[0\]\.sessionExpiryInterval: 604801 came; allowed: at most maximumSessionExpiryInterval, which is 604800 seconds; lower the interval or raise the maximum$/,
    ],
    [
      { clients: 'a', sessionExpiryInterval: 'never' },
      /^policies\[0\]\.sessionExpiryInterval: "never" came; allowed: at most/,
    ],
    [
      { clients: 'a', maximumSessionExpiryInterval: 5, mqtt311SessionExpiryInterval: 6 },
      /^policies\[0\]\.mqtt311SessionExpiryInterval: 6 came; allowed: at most .* 5 seconds/,
    ],
    [
      { clients: 'a', maximumSessionExpiryInterval: 5, defaultSessionExpiryInterval: 'never' },
      /^policies\[0\]\.defaultSessionExpiryInterval: "never" came; allowed: at most .* 5 seconds/,
    ],
  ])('by the policy %o', (policy, problem) => {
    expect(problemsIn(policiesOf(policy))).toEqual([expect.stringMatching(problem)]);
  });

  it('by what is too long, which it shortens', () => {
    const long = 'a'.repeat(257);
    expect(problemsIn({ durableTopics: [long], policies: [{ clients: long }] })).toEqual([
      expect.stringMatching(/^durableTopics\[0\]: "a{79}… came; .* at most 256 bytes, but this one has 257 /),
      expect.stringMatching(
        /^policies\[0\]\.clients: "a{79}… came; allowed: a pattern of 1 to 256 characters/,
      ),
    ]);
  });

  it('takes an interval that is its maximum, also a raised one', () => {
    expect(
      problemsIn(
        policiesOf(
          { clients: 'a', sessionExpiryInterval: 604_800 },
          { clients: 'b', sessionExpiryInterval: 604_801, maximumSessionExpiryInterval: 604_801 },
          { clients: 'c', sessionExpiryInterval: NEVER, maximumSessionExpiryInterval: 'never' },
        ),
      ),
    ).toEqual([]);
  });

  it('by a policy that no client can reach', () => {
    const unreached = (index: number, clients: string, earlier: number) =>
      `policies[${index}].clients: "${clients}" came; allowed: clients that no earlier policy has taken; policies[${earlier}] matches all of these, and the first match wins`;
    expect(
      problemsIn(policiesOf({ clients: 'a-*' }, { clients: 'a-b-*' }, { clients: '*' }, { clients: 'c' })),
    ).toEqual([unreached(1, 'a-b-*', 0), unreached(3, 'c', 2)]);
    expect(problemsIn(policiesOf({ clients: 'a-b' }, { clients: 'a-*' }, { clients: '*' }))).toEqual([]);
  });

  it.each([
    ['settleSeconds', 0, 'a number of seconds from 0.1 to 60'],
    ['settleSeconds', '4', 'a number of seconds from 0.1 to 60'],
    ['settleSeconds', 60.1, 'a number of seconds from 0.1 to 60'],
    ['lossWindowSeconds', -1, 'a number of seconds from 0 to 3600'],
    ['brokerSessionExpirySeconds', 604_801, 'a whole number from 1 to 604800'],
    ['neverExpiresRetentionSeconds', 0.5, 'a whole number from 1 to 4294967295'],
    ['deliveriesPerSecond', 101, 'a whole number from 1 to 100'],
    ['unknownKeepAliveSeconds', 0, 'a whole number from 1 to 65535'],
    ['publishToBroker', 'no', 'true or false'],
    ['logShards', Number.NaN, 'a whole number from 1 to 64'],
    ['maximumShapes', 0, 'a whole number from 1 to 10000'],
    ['historyRetentionSeconds', 59, 'a whole number from 60 to 4294967295'],
    ['surveyReadUnits', 99, 'a whole number from 100 to 100000'],
  ])('by the setting %s %j', (key, setting, allowed) => {
    const came = typeof setting === 'string' ? `"${setting}"` : String(setting);
    expect(problemsIn({ settings: { [key]: setting } })).toEqual([
      `settings.${key}: ${came} came; allowed: ${allowed}`,
    ]);
  });

  it('takes settings at the ends of their ranges, seconds also in parts', () => {
    expect(problemsIn({ settings: { settleSeconds: 0.1, lossWindowSeconds: 3600, logShards: 64 } })).toEqual(
      [],
    );
    expect(problemsIn({ settings: { settleSeconds: 60, lossWindowSeconds: 0, logShards: 1 } })).toEqual([]);
  });

  it('lists every problem in one error', () => {
    const value = {
      durableTopics: ['a/#', 'a/b', 7, '#/a'],
      policies: [
        { clients: '*', sessionExpiryInterval: 'never', overflow: 'x', more: 1, evenMore: 2 },
        3,
        { clients: 4 },
      ],
      settings: { logShards: 0 },
      extra: true,
    };
    const problems = problemsIn(value);
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(':'))).sort()).toEqual([
      'durableTopics[1]',
      'durableTopics[2]',
      'durableTopics[3]',
      'extra',
      'policies[0].evenMore',
      'policies[0].more',
      'policies[0].overflow',
      'policies[0].sessionExpiryInterval',
      'policies[1]',
      'policies[2].clients',
      'settings.logShards',
    ]);
    expect(() => parseConfiguration(value)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'configuration.invalid',
        message: `The configuration cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
      }),
    );
  });

  it('shows values that refer to themselves', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(problemsIn({ durableTopics: circular })).toEqual([
      'durableTopics: <ref *1> { self: [Circular *1] } came; allowed: a list of topic filters',
    ]);
  });
});

import type { ConfigurationInput } from '#session/configuration/configuration';

/** Where clients are told of their session. */
export const NOTICE_TOPIC = 'session/notice';

/** Seconds that a `brief-` client's session outlives its connection. */
export const BRIEF_SECONDS = 5;

/** Seconds that the broker keeps its own sessions in these tests. */
export const BROKER_SESSION_SECONDS = 3;

/** Seconds that a Clean Session 0 client of MQTT 3.1.1 is remembered. */
export const MQTT_311_SECONDS = 10;

/** One configuration for several scenarios, since each one has to be synthesized. */
export const CONFIGURATION: ConfigurationInput = {
  durableTopics: ['data/#', { filter: 'telemetry/#', qos: 0 }],
  policies: [
    { clients: 'publisher*', ignore: true },
    { clients: 'durable-*', sessionExpiryInterval: 3600, noticeTopic: NOTICE_TOPIC },
    { clients: 'everything-*', sessionExpiryInterval: 3600, queueQos0: true },
    { clients: 'brief-*', sessionExpiryInterval: BRIEF_SECONDS, noticeTopic: NOTICE_TOPIC },
    {
      clients: 'declaring-*',
      sessionExpiryInterval: 'client',
      defaultSessionExpiryInterval: BRIEF_SECONDS,
      maximumSessionExpiryInterval: 'never',
      noticeTopic: NOTICE_TOPIC,
    },
    { clients: 'never-*', sessionExpiryInterval: 'never', maximumSessionExpiryInterval: 'never' },
    {
      clients: 'broker-*',
      sessionExpiryInterval: 'broker',
      mqtt311SessionExpiryInterval: MQTT_311_SECONDS,
      noticeTopic: NOTICE_TOPIC,
    },
  ],
  settings: {
    liveOverlapSeconds: 0.2,
    lossWindowSeconds: 1,
    brokerSessionExpirySeconds: BROKER_SESSION_SECONDS,
  },
};

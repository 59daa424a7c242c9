import type { ConfigurationInput } from '#session/configuration/configuration';

/** Longer than an execution environment takes to start, so that messages are logged in their order. */
export const SETTLE_SECONDS = 3;

/** One configuration for many scenarios, since each one costs a synthesis. */
export const MIXED_FLEET: ConfigurationInput = {
  durableTopics: ['fleet/#', { filter: 'brief/#', messageExpiryInterval: 3 }],
  policies: [
    { clients: 'durable-*', sessionExpiryInterval: 3600 },
    { clients: 'fleeting-*', sessionExpiryInterval: 0 },
    {
      clients: 'oldest-five-*',
      sessionExpiryInterval: 3600,
      maximumPendingMessages: 5,
      overflow: 'drop-oldest',
    },
    {
      clients: 'newest-five-*',
      sessionExpiryInterval: 3600,
      maximumPendingMessages: 5,
      overflow: 'drop-newest',
    },
    {
      clients: 'oldest-4000-bytes-*',
      sessionExpiryInterval: 3600,
      maximumPendingBytes: 4000,
      overflow: 'drop-oldest',
    },
    {
      clients: 'newest-4000-bytes-*',
      sessionExpiryInterval: 3600,
      maximumPendingBytes: 4000,
      overflow: 'drop-newest',
    },
  ],
  settings: { settleSeconds: SETTLE_SECONDS, liveOverlapSeconds: 0.2, lossWindowSeconds: 1 },
};

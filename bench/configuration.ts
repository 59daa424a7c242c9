import type { ConfigurationInput } from '#session/configuration/configuration';

/** The stack under measurement: one durable tree, one policy; `broker-…` clients are left to the broker. */
export const CONFIGURATION: ConfigurationInput = {
  durableTopics: ['fleet/#'],
  policies: [
    { clients: 'publisher*', ignore: true },
    { clients: 'broker-*', delivery: 'broker' },
    { clients: 'durable-*', sessionExpiryInterval: 86_400 },
  ],
};

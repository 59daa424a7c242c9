/*
 * Stands for @aws-sdk/middleware-endpoint-discovery in the bundles. The DynamoDB client sets it up and no command of
 * it uses it: its cache alone is 8 KB of each bundle.
 */

/** The configuration as it is: nothing is discovered. */
export function resolveEndpointDiscoveryConfig<Config>(config: Config): Config {
  return config;
}

/** What the environment and the shared configuration file say of it: nothing. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
} as const;

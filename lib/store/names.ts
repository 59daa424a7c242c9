import { StoreConfigurationError } from './errors.ts';

/** The names that the tables have in this installation. */
export interface TableNames {
  readonly sessions: string;
  readonly subscriptions: string;
  readonly routes: string;
  readonly messages: string;
  readonly inflight: string;
  readonly history: string;
  readonly statistics: string;
}

const VARIABLES = {
  sessions: 'SESSIONS_TABLE',
  subscriptions: 'SUBSCRIPTIONS_TABLE',
  routes: 'ROUTES_TABLE',
  messages: 'MESSAGES_TABLE',
  inflight: 'INFLIGHT_TABLE',
  history: 'HISTORY_TABLE',
  statistics: 'STATISTICS_TABLE',
} as const satisfies Record<keyof TableNames, string>;

/** For functions that use every table. */
export const ALL_TABLES = Object.keys(VARIABLES) as readonly (keyof TableNames)[];

/**
 * Reads the names of the tables that a function uses from its environment, and says all that are missing.
 *
 * @example tableNamesFrom(process.env, ['routes', 'messages']).routes
 */
export function tableNamesFrom<Table extends keyof TableNames>(
  environment: Readonly<Record<string, string | undefined>>,
  tables: readonly Table[],
): Pick<TableNames, Table> {
  const missing = tables.map((table) => VARIABLES[table]).filter((variable) => !environment[variable]);
  if (missing.length > 0) throw new StoreConfigurationError(missing);
  return Object.fromEntries(tables.map((table) => [table, environment[VARIABLES[table]]])) as Pick<
    TableNames,
    Table
  >;
}

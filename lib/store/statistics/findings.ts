import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, request } from '../requests/request.ts';
import { type Write, writeAll } from '../requests/write-all.ts';

/** Advice as the store sees it: something with an id that stays the same for the same subject. */
export interface StoredAdvice {
  readonly id: string;
}

export interface AdvicePage<Advice extends StoredAdvice> {
  readonly advice: readonly Advice[];
  /** Where the next page begins; absent after the last. */
  readonly nextKey?: string;
}

/** What the survey of all sessions has found. */
export interface FindingStore {
  /** Keeps advice in place of that of the same id, for a week; `outdated` are ids that hold no more. */
  putAdvice(advice: readonly StoredAdvice[], outdated?: readonly string[]): Promise<void>;
  /** In the order of the ids. */
  advice<Advice extends StoredAdvice>(options: {
    readonly limit: number;
    readonly startKey?: string;
    /** Only ids that begin with it. */
    readonly prefix?: string;
  }): Promise<AdvicePage<Advice>>;
  /** Replaces what the survey keeps for its next run and for readers; plain values only. */
  putSurvey(survey: object): Promise<void>;
  survey<Survey extends object>(): Promise<Survey | undefined>;
}

const ADVICE_KIND = 'advice';
const SURVEY_KEY = { kind: 'survey', value: 'latest' };
/** Until each session of a large fleet was looked at again. */
const ADVICE_KEPT_MS = 7 * 24 * 3_600_000;

export function createFindingStore(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: { readonly clock: () => number },
): FindingStore {
  return {
    async putAdvice(advice, outdated = []) {
      const expiresAt = Math.ceil((clock() + ADVICE_KEPT_MS) / 1000);
      const writes = new Map<string, Write>();
      for (const id of outdated) writes.set(id, { remove: { kind: ADVICE_KIND, value: id } });
      for (const each of advice) {
        writes.set(each.id, { put: { kind: ADVICE_KIND, value: each.id, advice: each, expiresAt } });
      }
      await writeAll(client, table, 'keep advice', [...writes.values()]);
    },

    async advice<Advice extends StoredAdvice>({
      limit,
      startKey,
      prefix,
    }: Parameters<FindingStore['advice']>[0]) {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression:
          prefix === undefined ? 'kind = :kind' : 'kind = :kind AND begins_with(#value, :prefix)',
        ...(prefix !== undefined && { ExpressionAttributeNames: { '#value': 'value' } }),
        ExpressionAttributeValues: {
          ':kind': ADVICE_KIND,
          ...(prefix !== undefined && { ':prefix': prefix }),
        },
        Limit: limit,
        ...(startKey !== undefined && { ExclusiveStartKey: { kind: ADVICE_KIND, value: startKey } }),
      });
      const page = await request('read advice', client.send(command));
      const next: unknown = page.LastEvaluatedKey?.['value'];
      const nowSeconds = clock() / 1000;
      const items: Item[] = page.Items ?? [];
      return {
        advice: items
          .filter(({ expiresAt }) => Number(expiresAt) > nowSeconds)
          .map(({ advice }) => advice as Advice),
        ...(typeof next === 'string' && { nextKey: next }),
      };
    },

    async putSurvey(survey) {
      const command = new PutCommand({ TableName: table, Item: { ...SURVEY_KEY, survey } });
      await request('keep the survey', client.send(command));
    },

    async survey<Survey extends object>() {
      const command = new GetCommand({ TableName: table, Key: SURVEY_KEY });
      const { Item } = await request('read the survey', client.send(command));
      return Item?.['survey'] as Survey | undefined;
    },
  };
}

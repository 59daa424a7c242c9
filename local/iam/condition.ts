import { LocalCloudError } from '#local/errors';
import type { Environment } from '#local/template/template';
import { isArnLike, isLike } from './wildcard.ts';

/** Operator, then condition key, then the values of which one must fit. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

type Operator = (expected: string, actual: string) => boolean;

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
};

/** What each condition key has as its value on this machine; keys know no letter case. */
export type ConditionValues = Readonly<Record<string, string>>;

/** For calls within the stack, which has one account and one Region. */
export function conditionValues({ accountId, region }: Environment): ConditionValues {
  return {
    'aws:principalaccount': accountId,
    'aws:resourceaccount': accountId,
    'aws:requestedregion': region,
  };
}

/**
 * Whether a statement holds under its conditions. They depend on nothing that differs between requests, so
 * it is decided once.
 *
 * @throws LocalCloudError for a condition key or an operator that the local cloud does not know: it could only
 * guess, and a guess would be a permission too many or too few
 */
export function conditionsHold(conditions: Conditions, values: ConditionValues, where: string): boolean {
  return Object.entries(conditions).every(([operatorName, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const operator = OPERATORS[operatorName];
      const actual = values[key.toLowerCase()];
      if (operator === undefined) throw unknown('operator', operatorName, Object.keys(OPERATORS), where);
      if (actual === undefined) throw unknown('key', key, Object.keys(values), where);
      return [expected].flat().some((each) => operator(each, actual));
    }),
  );
}

function unknown(what: string, came: string, known: readonly string[], where: string): LocalCloudError {
  return new LocalCloudError(
    'template.unknownCondition',
    `${where} has the condition ${what} ${came}, which the local cloud cannot decide; it knows ${known.join(', ')}: teach it in local/iam/condition.ts.`,
  );
}

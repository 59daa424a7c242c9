import { Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** `us-isof-south-1`. */
const LONGEST_REGION = 15;

/**
 * A name for a resource of CloudFront, which belongs to no Region: the names of an account are one space, so that a
 * stack of the same name in a second Region would collide with the first.
 */
export function accountWideName(scope: Construct, maximumLength: number): string {
  const maxLength = maximumLength - LONGEST_REGION - 1;
  return `${Stack.of(scope).region}-${Names.uniqueResourceName(scope, { maxLength })}`;
}

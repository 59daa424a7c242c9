import { flag } from '#local/iot/data-plane/request';
import { routeOf } from '#local/iot/data-plane/router';
import type { Arns } from './arns.ts';
import type { Access } from './policy.ts';

/** What a request to the data plane of AWS IoT Core needs; undefined if it is none. */
export function iotAccesses(method: string, url: string, arns: Arns): readonly Access[] | undefined {
  const route = routeOf(method, url);
  if (route === undefined) return undefined;
  const { operation, label = '' } = route;
  const resource = resourceOf(operation, label, arns);
  const access = { action: `iot:${operation}`, resource };
  if (operation !== 'Publish' || !asksToRetain(url)) return [access];
  return [access, { action: 'iot:RetainPublish', resource }];
}

function asksToRetain(url: string): boolean {
  return flag(new URLSearchParams(url.slice(url.indexOf('?') + 1)), 'retain');
}

function resourceOf(operation: string, label: string, arns: Arns): string {
  if (operation === 'Publish' || operation === 'GetRetainedMessage') return arns.topic(label);
  return operation === 'ListRetainedMessages' ? '*' : arns.client(label);
}

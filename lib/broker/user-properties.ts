import type { UserProperty } from '#session/message';

/** User properties in the form that the data plane's SDK takes. */
export function userPropertiesJson(properties: readonly UserProperty[]): string {
  return JSON.stringify(properties.map(({ name, value }) => ({ [name]: value })));
}

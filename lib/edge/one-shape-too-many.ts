import type { Settings } from '#session/configuration/settings';

/** Why a filter cannot be subscribed to durably, and what to do. */
export function oneShapeTooMany(filter: string, { maximumShapes }: Pick<Settings, 'maximumShapes'>): string {
  return `The filter ${JSON.stringify(filter.slice(0, 300))} has its wildcards where no filter had them before; allowed: filters of the ${maximumShapes} shapes that there are; write its wildcards as other filters do, or raise the setting maximumShapes`;
}

/**
 * The log of what is for one life of one client alone: retained messages for its subscriptions, and what it
 * was chosen for as a member of a share group. No valid filter has this name, since `+` stands alone in its
 * level. [MQTT-4.7.1-2]
 */
export function ownLog(of: { readonly clientId: string; readonly incarnation: string }): string {
  return `+client/${of.clientId}/${of.incarnation}`;
}

/** One part: what is for one client alone is never so much. */
export const OWN_LOG_SHARDS = 1;

/** A time as it is told: ISO 8601, UTC. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

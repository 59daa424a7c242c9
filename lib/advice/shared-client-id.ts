import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import type { ClientEvidence, SeenConnection } from './evidence.ts';

const WITHIN_MS = 24 * 3_600_000;

/** A device that roams takes its own session over too, but does not go to and fro. */
const ALTERNATIONS = 3;

type Source = 'principal' | 'ipAddress';

/** The takeovers by which a client identifier went back to where it was before the last one. */
function alternationsOf(connections: readonly SeenConnection[], source: Source): readonly SeenConnection[] {
  // A device that connects twice in a row is where it was.
  const moves = connections.filter(
    (connection, index) =>
      connection[source] !== undefined && connection[source] !== connections[index - 1]?.[source],
  );
  return moves.filter(
    (move, index) => move.began === 'takenOver' && move[source] === moves[index - 2]?.[source],
  );
}

/** A policy statement with which a device connects under its own name only. */
const OWN_NAME = JSON.stringify({
  Effect: 'Allow',
  Action: 'iot:Connect',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable of AWS IoT
  Resource: 'arn:aws:iot:REGION:ACCOUNT:client/${iot:Connection.Thing.ThingName}',
});

/** Two devices under one client identifier take the session from each other. (MQTT 5.0, 3.1.4, takeover) */
export function sharedClientId({ clientId, connections }: ClientEvidence, nowMs: number): Advice | undefined {
  const recent = connections.filter(({ atMs }) => atMs > nowMs - WITHIN_MS);
  for (const source of ['principal', 'ipAddress'] as const) {
    const alternations = alternationsOf(recent, source);
    if (alternations.length < ALTERNATIONS) continue;
    const between = [...new Set(recent.flatMap((connection) => connection[source] ?? []))].slice(0, 4);
    const what = source === 'principal' ? 'principals' : 'addresses';
    return {
      id: adviceId({ kind: 'sharedClientId', severity: 'warning', clientId }),
      kind: 'sharedClientId',
      severity: 'warning',
      clientId,
      summary: `${clientId} was taken over ${alternations.length} times in 24 hours, to and fro between ${between.length} ${what}: several devices share it.`,
      evidence: {
        takeovers: alternations.length,
        [what]: between,
        firstAt: new Date(alternations[0]?.atMs ?? nowMs).toISOString(),
        lastAt: new Date(alternations.at(-1)?.atMs ?? nowMs).toISOString(),
      },
      change: {
        text: 'Give each device a client identifier of its own, such as its thing name, and let its AWS IoT policy allow no other.',
        policy: OWN_NAME,
      },
    };
  }
  return undefined;
}

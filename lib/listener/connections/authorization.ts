import type { PacketsRequest } from '#packets/carrying/exchange';
import { parsePacket } from '#packets/parsing/parse';
import { REASON_CODES } from '#packets/reason-codes';
import type { Authorizer } from '../ports.ts';

export type Admittance =
  | { readonly admitted: true; readonly principal?: string }
  /** The reason code says why to the client. */
  | { readonly admitted: false; readonly reasonCode: number };

/** Asks the authorizer about a CONNECT, with what is known of its network connection. */
export function admitWith(authorizer: Authorizer) {
  return async (
    connect: Uint8Array,
    { remoteAddress, principal }: PacketsRequest['connection'],
  ): Promise<Admittance> => {
    const parsed = parsePacket(connect, undefined);
    // Only what was read here goes on: the function might read more in it and let the client in.
    if (!parsed.ok) return { admitted: false, reasonCode: parsed.reasonCode };
    if (parsed.packet.cmd !== 'connect') return { admitted: false, reasonCode: REASON_CODES.protocolError };
    const { clientId, username, password } = parsed.packet;
    const { allowed, ...named } = await authorizer({
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(principal !== undefined && { principal }),
      ...(remoteAddress !== undefined && { remoteAddress }),
    });
    return allowed
      ? { admitted: true, ...named }
      : { admitted: false, reasonCode: REASON_CODES.notAuthorized };
  };
}

import * as z from 'zod/mini';
import { shown } from '#session/shown';
import { closeReasonOf } from './close-reason.ts';
import type { CarrierDependencies } from './dependencies.ts';
import { endCarriage } from './end-carriage.ts';
import { signalLook } from './send-down.ts';
import { closeCarriage, endTakenOver } from './told-to-close.ts';

const ALLOWED =
  '{"kind": "look", "takenOver" or "close", "clientId": …, "connectionId": …} or ' +
  '{"kind": "carrierEnded", "clientId": …, "reason": …, "atMs": …}';
const text = z.string().check(z.minLength(1));
const signal = { clientId: text, connectionId: text };

const carrierRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('look'), ...signal, filters: z.optional(z.array(z.string())) }),
  z.object({ kind: z.literal('takenOver'), ...signal }),
  z.object({ kind: z.literal('close'), ...signal }),
  z.object({
    kind: z.literal('carrierEnded'),
    clientId: text,
    reason: text,
    atMs: z.number().check(z.refine((value) => Number.isSafeInteger(value) && value >= 0)),
  }),
]);

/** What a carried connection has to be told, or what is to be known of it. */
export type CarrierRequest = z.infer<typeof carrierRequest>;

export type ReadCarrierRequest =
  | { readonly ok: true; readonly request: CarrierRequest }
  | { readonly ok: false; readonly reason: string };

/** Reads the body of a queue's message. */
export function readCarrierRequest(body: unknown): ReadCarrierRequest {
  const result = carrierRequest.safeParse(body);
  if (result.success) return { ok: true, request: result.data };
  return { ok: false, reason: `A request came that cannot be read: ${shown(body)}. Allowed: ${ALLOWED}.` };
}

/** @returns what came of it, for logs and metrics */
export async function handleCarrierRequest(
  request: CarrierRequest,
  dependencies: CarrierDependencies,
): Promise<string> {
  const { clientId, kind } = request;
  switch (kind) {
    case 'look':
      return signalLook(clientId, request, dependencies);
    case 'takenOver':
      return endTakenOver(clientId, request.connectionId, dependencies);
    case 'close':
      return closeCarriage(clientId, request.connectionId, dependencies);
    case 'carrierEnded': {
      const end = { reason: closeReasonOf(request.reason), atMs: request.atMs };
      return (await endCarriage(clientId, end, dependencies)).outcome;
    }
  }
}

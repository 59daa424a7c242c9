import type { Carriage, CarriageStore } from '#store/inflight/carriages';

/** Carriages without a table, for tests of many runs. */
export function memoryCarriages(): CarriageStore {
  const carriages = new Map<string, Carriage>();
  const set = (carriage: Carriage) => {
    carriages.set(carriage.clientId, carriage);
    return carriage;
  };
  return {
    get: async (clientId) => carriages.get(clientId),

    async open(clientId, { connectionId, receivedAtMs, packets }) {
      const previous = carriages.get(clientId);
      if (
        previous !== undefined &&
        (previous.openedAtMs >= receivedAtMs || previous.connectionId === connectionId)
      ) {
        return { opened: false, current: previous };
      }
      const stampedUntilMs = receivedAtMs + packets - 1;
      set({ clientId, connectionId, openedAtMs: receivedAtMs, nextSequence: 1, stampedUntilMs });
      return { opened: true, ...(previous && { previous }) };
    },

    async take(clientId, { connectionId, sequence, receivedAtMs, packets }) {
      const current = carriages.get(clientId);
      if (current === undefined) return { taken: false };
      if (current.connectionId !== connectionId || current.nextSequence !== sequence || current.closed) {
        return { taken: false, current };
      }
      const firstAtMs = Math.max(receivedAtMs, current.stampedUntilMs + 1);
      set({ ...current, nextSequence: sequence + 1, stampedUntilMs: firstAtMs + packets - 1 });
      const { context } = current;
      return { taken: true, firstAtMs, ...(context !== undefined && { context }) };
    },

    async keepContext(clientId, connectionId, context) {
      const current = carriages.get(clientId);
      if (current?.connectionId === connectionId) set({ ...current, context });
    },

    async close(clientId, { connectionId, reason, atMs }) {
      const current = carriages.get(clientId);
      if (current === undefined) return { closed: false };
      const isMeant =
        connectionId === undefined ? current.openedAtMs <= atMs : current.connectionId === connectionId;
      if (!isMeant || current.closed !== undefined) return { closed: false, current };
      return { closed: true, carriage: set({ ...current, closed: { reason, atMs } }) };
    },
  };
}

import type { Disconnection, Resumption } from '#api/schemas/act';
import type { Session } from '#api/schemas/session';
import type { Api } from '../api/api.ts';
import { intervalText } from '../text/duration.ts';
import { counted } from '../text/quantity.ts';

export interface Act {
  readonly verb: string;
  readonly title: string;
  readonly isDestructive: boolean;
  readonly isPossible: (session: Session) => boolean;
  /** What will be, said before it is done. */
  readonly consequence: (session: Session) => string;
  /** Does it and says what it came to. */
  readonly run: (api: Api, clientId: string, seconds: number) => Promise<string>;
}

const DISCONNECTED: Readonly<Record<Disconnection['outcome'], string>> = {
  closed: 'The connection was closed. The session stays.',
  notConnected: 'The client was not connected any more. Nothing was closed.',
};

const RESUMED: Readonly<Record<Resumption['outcome'], string>> = {
  requested: 'A delivery run was asked for.',
  notConnected: 'The client is away: nothing was asked for. Delivery begins when it returns.',
};

export const ACTS = {
  resume: {
    verb: 'Deliver now',
    title: 'Deliver what is waiting?',
    isDestructive: false,
    isPossible: ({ status }) => status === 'connected',
    consequence: () => 'A delivery run is asked for. It sends what is waiting, in its order.',
    run: async (api, clientId) => {
      const { outcome } = await api.resume(clientId);
      return RESUMED[outcome];
    },
  },
  changeInterval: {
    verb: 'Change interval',
    title: 'Change the Session Expiry Interval?',
    isDestructive: false,
    isPossible: () => true,
    consequence: ({ sessionExpiryInterval }) =>
      `Now: ${intervalText(sessionExpiryInterval)}. The new one holds until the client says another on its next connection, and not above the maximum of its policy.`,
    run: async (api, clientId, seconds) => {
      const session = await api.changeInterval(clientId, seconds);
      if (session === undefined) return 'The change has ended the session.';
      return `The Session Expiry Interval is now: ${intervalText(session.sessionExpiryInterval)}.`;
    },
  },
  disconnect: {
    verb: 'Disconnect',
    title: 'Close the connection?',
    isDestructive: false,
    isPossible: ({ status }) => status === 'connected',
    consequence: () => 'The connection is closed; the session stays. Most clients connect again at once.',
    run: async (api, clientId) => {
      const { outcome } = await api.disconnect(clientId);
      return DISCONNECTED[outcome];
    },
  },
  dropWaiting: {
    verb: 'Drop waiting',
    title: 'Drop all that is waiting?',
    isDestructive: true,
    isPossible: ({ waiting }) => waiting.messages > 0,
    consequence: ({ waiting: { messages, atLeast, heldByBroker } }) =>
      `${atLeast ? 'At least ' : ''}${counted(messages, 'waiting message')} will never be delivered to this client${heldByBroker ? ', unless it returns while the broker still has a session for it' : ''}. This cannot be undone.`,
    run: async (api, clientId) => {
      const { dropped, atLeast, heldByBroker } = await api.dropWaiting(clientId);
      const kept = heldByBroker
        ? " The broker's own session still brings them if the client returns in time."
        : '';
      return `${atLeast ? 'At least ' : ''}${counted(dropped, 'message')} dropped.${kept}`;
    },
  },
  end: {
    verb: 'End session',
    title: 'End this session?',
    isDestructive: true,
    isPossible: () => true,
    consequence: ({ status, subscriptions }) =>
      `${status === 'connected' ? 'The connection is closed, and the' : 'The'} session ends with ${counted(subscriptions.length, 'subscription')} and all that waits in it. This cannot be undone. The client begins a new session when it connects.`,
    run: async (api, clientId) => {
      await api.endSession(clientId);
      return 'The session has ended.';
    },
  },
} as const satisfies Readonly<Record<string, Act>>;

export type ActName = keyof typeof ACTS;

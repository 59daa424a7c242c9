export type { BackOff } from './back-off.ts';
export { connectThroughIotCore, type IotCoreConnectOptions } from './connect-through-iot-core.ts';
export {
  type ConnectWithSessionOptions,
  connectWithSession,
  type SessionClientOptions,
} from './connect-with-session.ts';
export { CarriageError, SessionStoreError } from './errors.ts';
export type { LostSession, SessionOptions } from './keep-session.ts';
export { createSessionStore, type ReceivedPublish, type SessionStore } from './session-store.ts';
export type { CarriageTiming } from './timing.ts';

import * as acts from './acts.ts';
import * as deadLetters from './dead-letters.ts';
import * as fleet from './fleet.ts';
import * as operations from './operations.ts';
import * as sessions from './sessions.ts';
import * as subscriptions from './subscriptions.ts';

/** Every operation, in the order of the document. */
export const ROUTES = [
  ...Object.values(sessions),
  ...Object.values(acts),
  ...Object.values(subscriptions),
  ...Object.values(operations),
  ...Object.values(fleet),
  ...Object.values(deadLetters),
];

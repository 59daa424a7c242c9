import type { Session } from '../session.ts';
import type { Connection } from './connection.ts';
import { declarationsOn } from './declaration.ts';
import { beginConnection, type Life, type LifeRules } from './life.ts';

/**
 * The life after each connection that a session remembers, oldest first: that before them, where there was one, then
 * one a connection. The last is the session's own.
 */
export function livesOf(session: Session, rules: LifeRules): readonly Life[] {
  const { before, connections, declarations } = session;
  const owners = before === undefined ? connections : [before.connection, ...connections];
  const declarationsOf = (connection: Connection) => declarationsOn(connection, owners, declarations);
  const lives = before === undefined ? [] : [before];
  for (const connection of connections) {
    lives.push(beginConnection(lives.at(-1), connection, declarationsOf(connection), rules));
  }
  return lives;
}

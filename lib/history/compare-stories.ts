import type { Connection } from '#session/life/connection';
import type { ConnectionStory } from './connection-story.ts';

/** What was told of a connection, and what is to be told of it now. */
export interface StoryChange {
  readonly before?: ConnectionStory;
  readonly after: ConnectionStory;
}

/** As facts about connections are joined: a version number may have been learnt meanwhile. */
function isSame(one: Connection, other: Connection): boolean {
  if (one.sessionIdentifier !== other.sessionIdentifier) return false;
  if (one.versionNumber === undefined || other.versionNumber === undefined) return true;
  return one.versionNumber === other.versionNumber;
}

function withWhatIsForgotten(after: ConnectionStory, { began, brought }: ConnectionStory): ConnectionStory {
  if (!after.isForgotten) return after;
  const { began: _, ...story } = after;
  return { ...story, ...(began !== undefined && { began }), ...(brought !== undefined && { brought }) };
}

/** What was told of connections that are forgotten stands as it is. */
export function compareStories(
  before: readonly ConnectionStory[],
  after: readonly ConnectionStory[],
): readonly StoryChange[] {
  return after.map((story) => {
    const known = before.find(({ connection }) => isSame(connection, story.connection));
    if (known === undefined) return { after: story };
    return { before: known, after: withWhatIsForgotten(story, known) };
  });
}

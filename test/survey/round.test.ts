import { describe, expect, it } from 'vitest';
import { counted, estimated, newRound, type Round, withProblem, withSession } from '#survey/round';

const RUN_MS = 1_795_000_000_000;
const round = (more: Partial<Round>): Round => ({ ...newRound(RUN_MS), ...more });

describe('a round that came to its end in one run', () => {
  it('has counted exactly', () => {
    const one = withSession(newRound(RUN_MS), { messages: 2, bytes: 30, isEstimate: false });
    const both = withSession(one, { messages: 1, bytes: 5, isEstimate: false });
    expect(counted(both, RUN_MS)).toEqual({ messages: 3, bytes: 35, isEstimate: false });
  });

  it.each([
    [
      'not all that waits for a session was counted',
      withSession(newRound(RUN_MS), { messages: 2, bytes: 30, isEstimate: true }),
    ],
    ['a session could not be looked at', withProblem(newRound(RUN_MS))],
    ['it began in an earlier run', newRound(RUN_MS - 60_000)],
  ])('has not when %s', (_, gone) => {
    expect(counted(gone, RUN_MS).isEstimate).toBe(true);
  });
});

describe('a round that goes on', () => {
  it('takes the sessions that it has not come to as they were in the round before', () => {
    const now = round({ sessions: 25, messages: 40, bytes: 400 });
    const before = round({ sessions: 100, messages: 200, bytes: 8_000 });
    expect(estimated(now, before, 100)).toEqual({ messages: 190, bytes: 6_400, isEstimate: true });
  });

  it('takes them to be like the others when there was no round before', () => {
    const now = round({ sessions: 25, messages: 40, bytes: 400 });
    expect(estimated(now, undefined, 100)).toEqual({ messages: 160, bytes: 1_600, isEstimate: true });
  });

  it('knows nothing before the first session, and of no sessions', () => {
    expect(estimated(newRound(RUN_MS), undefined, 100)).toMatchObject({ messages: 0, bytes: 0 });
    expect(estimated(newRound(RUN_MS), undefined, 0)).toMatchObject({ messages: 0, bytes: 0 });
  });

  it('does not go below what it has counted when sessions have ended meanwhile', () => {
    const now = round({ sessions: 120, messages: 40, bytes: 400 });
    expect(estimated(now, round({ messages: 9_000 }), 100)).toMatchObject({ messages: 40, bytes: 400 });
  });
});

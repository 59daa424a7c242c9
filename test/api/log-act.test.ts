import { expect, test } from 'vitest';
import { logActTo } from '#api/log-act';

test('an act that is of no one session is one line, in which nothing that others chose can forge another', () => {
  const lines: unknown[] = [];
  const logAct = logActTo({ info: (message, details) => lines.push([message, details]) });
  const detail = {
    letterId: 'a\nb',
    clientId: 'x'.repeat(200),
    idleSeconds: 60,
    act: 'forged',
    outcome: 'forged',
  };
  logAct({ act: 'redriveDeadLetter', actor: 'sub\u202e', outcome: 'redriven', detail });
  expect(lines).toEqual([
    [
      'an operator acted',
      {
        letterId: 'a\\u000ab',
        clientId: `${'x'.repeat(128)}…`,
        idleSeconds: 60,
        act: 'redriveDeadLetter',
        actor: 'sub\\u202e',
        outcome: 'redriven',
      },
    ],
  ]);
});

import { expect, it } from 'vitest';
import { furtherLook } from '#edge/messages/further-look';

const MESSAGE = { topic: 'a/b', messageId: 'm', payload: '' };

it('looks after two seconds, after another twenty, and then no more', () => {
  const first = furtherLook(MESSAGE);
  expect(first).toEqual({ event: { ...MESSAGE, looks: 1 }, delaySeconds: 2 });
  const second = furtherLook(first?.event);
  expect(second).toEqual({ event: { ...MESSAGE, looks: 2 }, delaySeconds: 20 });
  expect(furtherLook(second?.event)).toBeUndefined();
});

it('has nothing to look at where no message is', () => {
  expect(furtherLook(null)).toBeUndefined();
  expect(furtherLook('text')).toBeUndefined();
});

import { expect } from 'vitest';
import type { Device } from './fleet.ts';

/**
 * What the service delivered on a topic, in order of first arrival, without the messages that were logged too
 * late for their place in the order. The broker's own delivery is told by the missing name.
 */
export function deliveredOnTime(device: Device, topic: string, late: ReadonlySet<string>): string[] {
  const texts = device.received
    .filter(({ topic: on }) => on === topic)
    .filter(({ packet }) => {
      const messageId = packet.properties?.userProperties?.['message-id'];
      return typeof messageId === 'string' && !late.has(messageId);
    })
    .map(({ payload }) => payload.toString());
  return [...new Set(texts)];
}

/** All of it has come, once and in order; what a busy machine logged too late may come later, or again. */
export function expectInOrder(
  arrived: readonly string[],
  sent: readonly string[],
  late: ReadonlySet<string>,
): void {
  const inTime = (texts: readonly string[]) => texts.filter((text) => !late.has(text));
  expect(inTime(arrived)).toEqual(inTime(sent));
  expect(new Set(arrived)).toEqual(new Set(sent));
}

import { EventEmitter } from 'node:events';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOffMs, useBackOff } from '#client/back-off';

describe('back-off', () => {
  it('draws evenly below a bound that doubles up to its maximum', () => {
    const bounds = (attempt: number) =>
      [0, 0.5, 0.999_999].map((drawn) => backOffMs(attempt, {}, () => drawn));
    expect(bounds(0)).toEqual([1, 500, 1_000]);
    expect(bounds(1)).toEqual([1, 1_000, 2_000]);
    expect(bounds(5)).toEqual([1, 16_000, 32_000]);
    expect(bounds(6)).toEqual([1, 30_000, 60_000]);
    expect(bounds(5_000)).toEqual([1, 30_000, 60_000]);
    expect(backOffMs(3, { firstMs: 10, maximumMs: 50 }, () => 0.999_999)).toBe(50);
  });

  describe('of an MQTT.js client', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it('grows with each attempt, and begins anew after a connection that lasted', () => {
      const client = Object.assign(new EventEmitter(), { options: { reconnectPeriod: 0 } });
      const delay = () => client.options.reconnectPeriod;
      useBackOff(client as unknown as MqttClient, { firstMs: 100 }, () => 0.999_999);
      expect(delay()).toBe(100);
      client.emit('reconnect');
      client.emit('reconnect');
      expect(delay()).toBe(400);
      // One that is accepted and ended at once is no reason to hurry.
      client.emit('connect');
      client.emit('close');
      vi.advanceTimersByTime(20_000);
      expect(delay()).toBe(400);
      client.emit('connect');
      vi.advanceTimersByTime(10_000);
      expect(delay()).toBe(100);
    });
  });
});

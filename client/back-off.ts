import type { MqttClient } from 'mqtt';

export interface BackOff {
  /**
   * Milliseconds. The first delay is drawn between 0 and this.
   *
   * @default 1000
   */
  readonly firstMs?: number;
  /**
   * Milliseconds. No delay is longer.
   *
   * @default 60000
   */
  readonly maximumMs?: number;
}

/** A connection that lasted so long was a good one: the next attempts begin anew. */
const GOOD_MS = 10_000;

/**
 * Milliseconds before an attempt to connect, drawn evenly below a bound that doubles with each: a fleet that was
 * cut off at once does not come back at once.
 *
 * @param attempt from 0
 */
export function backOffMs(
  attempt: number,
  { firstMs = 1_000, maximumMs = 60_000 }: BackOff,
  random: () => number,
) {
  return Math.ceil(random() * Math.min(firstMs * 2 ** Math.min(attempt, 30), maximumMs)) || 1;
}

/** Has MQTT.js, which waits the same time before each attempt, wait a new one each time. */
export function useBackOff(client: MqttClient, backOff: BackOff, random: () => number): void {
  let attempt = 0;
  let good: NodeJS.Timeout | undefined;
  const draw = () => {
    // Read by MQTT.js when a connection ends.
    client.options.reconnectPeriod = backOffMs(attempt, backOff, random);
  };
  client.on('reconnect', () => {
    attempt += 1;
    draw();
  });
  client.on('connect', () => {
    good = setTimeout(() => {
      attempt = 0;
      draw();
    }, GOOD_MS);
    good.unref();
  });
  client.on('close', () => clearTimeout(good));
  draw();
}

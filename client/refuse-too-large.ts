import type { IClientPublishOptions, MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import { CarriageError } from './errors.ts';

type Callback = NonNullable<Parameters<MqttClient['publish']>[3]>;

/** Fixed header, length of the topic, packet identifier and an empty list of properties, at most. */
const HEADER_BYTES = 10;

/**
 * Has `publish` refuse what fits in no frame: it would be stored, would end the connection, and would be sent again
 * at the next one, for ever.
 */
export function refuseTooLarge(client: MqttClient): void {
  const publish = client.publish.bind(client);
  client.publish = ((
    topic: string,
    message: string | Buffer,
    options?: IClientPublishOptions | Callback,
    callback?: Callback,
  ) => {
    const [own, done] = typeof options === 'function' ? [{}, options] : [options ?? {}, callback];
    const bytes = bytesOf(topic, message, own);
    if (bytes <= MAXIMUM_CARRIED_PACKET_BYTES) return publish(topic, message, own, done);
    const error = new CarriageError(
      'carriage.packetTooLarge',
      `A message of ${bytes} bytes on ${JSON.stringify(topic)}; AWS IoT Core carries at most ${MAXIMUM_CARRIED_PACKET_BYTES}`,
    );
    if (done === undefined) client.emit('error', error);
    else setImmediate(done, error);
    return client;
  }) as MqttClient['publish'];
}

function bytesOf(topic: string, payload: string | Buffer, { properties }: IClientPublishOptions): number {
  if (properties === undefined) return HEADER_BYTES + Buffer.byteLength(topic) + Buffer.byteLength(payload);
  const packet = { cmd: 'publish', topic, payload, qos: 2, dup: false, retain: false, messageId: 1 } as const;
  return generate({ ...packet, properties }, { protocolVersion: 5 }).length;
}

import { type IoTDataPlaneClient, PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { markEntered } from '#session/delivery/entered';
import type { Message } from '#session/message';
import { checkTopicName, IOT_CORE_LIMITS } from '#session/topics/topic-name';
import { sendFailure } from './failures.ts';
import { propertiesFit } from './property-size.ts';
import { userPropertiesJson } from './user-properties.ts';

/** AWS IoT Core takes packets of 128 KB. */
const MAXIMUM_PAYLOAD_BYTES = 128 * 1024;

export type PublishOutcome =
  | 'published'
  /** The broker will never take it: its topic, size or form is beyond what it allows. */
  | 'refused';

/** The broker could not take it now. */
class BrokerUnavailableError extends Error {
  override readonly name = 'BrokerUnavailableError';
  readonly code = 'broker.unavailable';
}

function fitsBroker(message: Message): boolean {
  const { topic, payload } = message;
  if (!propertiesFit(message) || topic.startsWith('$') || payload.byteLength > MAXIMUM_PAYLOAD_BYTES)
    return false;
  return checkTopicName(topic, IOT_CORE_LIMITS).valid;
}

/**
 * Publishes a message of the packet edge to the broker's own subscribers. QoS 2 is 1 there.
 *
 * @throws BrokerUnavailableError when it is worth another try
 */
export async function publishToBroker(client: IoTDataPlaneClient, message: Message): Promise<PublishOutcome> {
  if (!fitsBroker(message)) return 'refused';
  const { topic, payload, qos, retain, messageExpiryInterval, contentType, utf8Payload } = message;
  const { responseTopic, correlationData } = message;
  const command = new PublishCommand({
    topic,
    payload,
    qos: Math.min(qos, 1),
    ...(retain === true && { retain }),
    ...(messageExpiryInterval !== undefined && { messageExpiry: messageExpiryInterval }),
    ...(contentType !== undefined && { contentType }),
    ...(utf8Payload === true && { payloadFormatIndicator: 'UTF8_DATA' as const }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    userProperties: userPropertiesJson(markEntered(message)),
  });
  try {
    await client.send(command);
    return 'published';
  } catch (error) {
    const outcome = sendFailure(error);
    if (outcome === 'refused' || outcome === 'tooLarge' || outcome === 'notAuthorized') return 'refused';
    throw new BrokerUnavailableError(`AWS IoT Core did not take a message for ${topic}: ${outcome}`, {
      cause: error,
    });
  }
}

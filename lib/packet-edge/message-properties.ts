import type { MessageProperties } from '#packets/types';
import type { Message } from '#session/message';

type Kept = 'messageExpiryInterval' | 'contentType' | 'utf8Payload' | 'responseTopic' | 'correlationData';

/** The properties of a PUBLISH or a will as a message has them. [MQTT-3.3.2-4] [MQTT-3.3.2-18] */
export function messageProperties(
  properties: MessageProperties,
): Partial<Pick<Message, Kept | 'userProperties'>> {
  const { messageExpiryInterval, contentType, payloadFormatIndicator } = properties;
  const { responseTopic, correlationData, userProperties = [] } = properties;
  return {
    ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
    ...(contentType !== undefined && { contentType }),
    ...(payloadFormatIndicator === true && { utf8Payload: true }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && {
      correlationData: Buffer.from(correlationData).toString('base64'),
    }),
    ...(userProperties.length > 0 && { userProperties }),
  };
}

import type { Message } from '#session/message';
import { userPropertiesJson } from './user-properties.ts';

/**
 * Bytes of MQTT 5 properties that a request to the data plane has room for: they travel in its headers and in its URL,
 * of which servers take 16 KB. AWS IoT Core itself takes 8 KB of user properties, in base64 11.
 */
const MAXIMUM_PROPERTY_BYTES = 12 * 1024;

export type CarriedProperties = Pick<
  Message,
  'contentType' | 'responseTopic' | 'correlationData' | 'userProperties'
>;

/** Whether a message's properties can be handed to the broker at all; a message from the packet edge may have more. */
export function propertiesFit({
  contentType = '',
  responseTopic = '',
  correlationData = '',
  userProperties = [],
}: CarriedProperties): boolean {
  const inHeaders = Buffer.from(userPropertiesJson(userProperties)).toString('base64') + correlationData;
  const inUrl = encodeURIComponent(contentType) + encodeURIComponent(responseTopic);
  return inHeaders.length + inUrl.length <= MAXIMUM_PROPERTY_BYTES;
}

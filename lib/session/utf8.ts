/** Length in bytes of the UTF-8 form, which is what every MQTT length limit counts ([MQTT-1.5.4]). */
export const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Half of a surrogate pair, which has no UTF-8 form ([MQTT-1.5.4-1]). */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

/** U+0000 ([MQTT-1.5.4-2]). */
export const hasNull = (text: string): boolean => text.includes('\0');

/**
 * UTF-8 bytes of a client identifier, a topic or a filter. Each becomes part of a key, of which DynamoDB takes 1,024
 * bytes; the rest is for what stands beside it.
 */
export const MAXIMUM_KEY_TEXT_BYTES = 1_000;

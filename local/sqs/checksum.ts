import { createHash } from 'node:crypto';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** Which value follows, as SQS writes it into the checksum. */
const STRING_VALUE = 1;
const BINARY_VALUE = 2;

export function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex');
}

/** As the SQS guide describes it: per attribute, sorted by name, lengths and values; undefined for none. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? { DataType: '' };
    const value =
      BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64');
    const kind = Buffer.from([BinaryValue === undefined ? STRING_VALUE : BINARY_VALUE]);
    return [
      ...withLength(Buffer.from(name)),
      ...withLength(Buffer.from(DataType)),
      kind,
      ...withLength(value),
    ];
  });
  return md5(Buffer.concat(parts));
}

function withLength(data: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return [length, data];
}

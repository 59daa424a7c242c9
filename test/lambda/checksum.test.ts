import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Md5, Sha256 } from '#lambda/checksum';

const PARTS = ['ä', Buffer.from([0, 255]), new Uint8Array([1, 2]).buffer, new DataView(new ArrayBuffer(3))];
const JOINED = Buffer.concat([Buffer.from('ä'), Buffer.from([0, 255]), Buffer.from([1, 2]), Buffer.alloc(3)]);

async function digestOf(checksum: Md5 | Sha256): Promise<string> {
  for (const part of PARTS) checksum.update(part);
  return Buffer.from(await checksum.digest()).toString('hex');
}

test.each([
  ['md5', new Md5(), createHash('md5')],
  ['sha256', new Sha256(), createHash('sha256')],
  ['sha256 with a secret', new Sha256('key'), createHmac('sha256', 'key')],
  ['sha256 with a secret of bytes', new Sha256(new Uint8Array([7])), createHmac('sha256', Buffer.from([7]))],
] as const)('%s, of text and bytes, also when begun again', async (_, checksum, expected) => {
  const digest = expected.update(JOINED).digest('hex');
  expect(await digestOf(checksum)).toBe(digest);
  checksum.reset();
  expect(await digestOf(checksum)).toBe(digest);
});

test('without a secret it can be asked for in between', async () => {
  for (const checksum of [new Md5(), new Sha256()]) {
    checksum.update('a');
    const first = await checksum.digest();
    expect(await checksum.digest()).toEqual(first);
    checksum.update('b');
    expect(await checksum.digest()).not.toEqual(first);
  }
});

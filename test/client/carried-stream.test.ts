import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CarriedStream, type Link } from '#client/carried-stream';
import type { CarriageError } from '#client/errors';
import { DEFAULT_TIMING } from '#client/timing';
import { connectionIdOf, type DownFrame, decodeUp, type UpFrame } from '#packets/carrying/carriage';
import { numberedPacket, numbersIn } from '#test/carrier/numbered-packets';

const NONCE = '01234567-89ab-4cde-8f01-23456789abcd';
const ID = connectionIdOf('device', NONCE);
const PINGREQ = Buffer.of(0xc0, 0);

/** A link that shows what is sent on it. */
class ShownLink implements Link {
  isUp = true;
  doubts = 0;
  readonly sent: UpFrame[] = [];
  stream: CarriedStream | undefined;

  attach(stream: CarriedStream): void {
    this.stream = stream;
  }

  detach(): void {
    this.stream = undefined;
  }

  send(frame: Buffer): void {
    const decoded = decodeUp(frame);
    if (decoded.ok) this.sent.push(decoded.frame);
  }

  doubt(): void {
    this.doubts += 1;
  }

  down(frame: Partial<DownFrame>): void {
    this.stream?.receive({
      connection: ID,
      kind: 'answer',
      sequence: this.sent.at(-1)?.sequence ?? 0,
      part: 0,
      isLast: true,
      close: false,
      reasonCode: 0,
      packets: new Uint8Array(),
      ...frame,
    });
  }

  get numbers(): number[][] {
    return this.sent.map(({ packets }) => numbersIn(packets));
  }

  get looks(): (string | undefined)[] {
    return this.sent.map(({ look }) => look && Buffer.from(look).toString());
  }
}

describe('a carried connection at its device', () => {
  let link: ShownLink;
  let stream: CarriedStream;
  let read: Buffer[];
  let errors: CarriageError[];
  let isClosed: boolean;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
    link = new ShownLink();
    open();
  });
  afterEach(() => {
    stream.destroy();
    vi.useRealTimers();
  });

  function open(): void {
    stream = new CarriedStream(link, {
      clientId: 'device',
      nonce: NONCE,
      timing: DEFAULT_TIMING,
      random: () => 0.5,
    });
    read = [];
    errors = [];
    isClosed = false;
    stream.on('data', (bytes: Buffer) => read.push(bytes));
    stream.on('error', (error: CarriageError) => errors.push(error));
    const opened = stream;
    stream.on('close', () => {
      if (opened === stream) isClosed = true;
    });
  }
  const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
  const write = async (...numbers: number[]) => {
    for (const number of numbers) stream.write(numberedPacket(number));
    await pass();
  };

  it('opens with the first packets, and sends what came meanwhile once that was answered', async () => {
    await write(1);
    await write(2);
    await write(3);
    expect(link.sent).toHaveLength(1);
    expect(link.sent[0]).toMatchObject({ kind: 'open', connection: NONCE, sequence: 0 });
    link.down({ packets: numberedPacket(7) });
    await pass();
    expect(link.sent[1]).toMatchObject({ kind: 'packets', connection: ID, sequence: 1 });
    expect(link.numbers).toEqual([[1], [2, 3]]);
    expect(numbersIn(Buffer.concat(read))).toEqual([7]);
  });

  it('has at most a hundred packets and 126 KB in a frame', async () => {
    await write(0);
    await write(...Array.from({ length: 150 }, (_, index) => index));
    for (const number of [1, 2, 3]) stream.write(numberedPacket(number, 60_000));
    for (let answer = 0; answer < 5; answer += 1) {
      link.down({});
      await pass();
    }
    expect(link.numbers.map(({ length }) => length)).toEqual([1, 100, 52, 1]);
  });

  it('sends a frame without an answer again, later and later, until it gives up', async () => {
    await write(1);
    await pass(DEFAULT_TIMING.answerWithinMs - 1);
    // After 4, 12 and 28 seconds less one.
    expect(link.numbers).toEqual([[1], [1], [1]]);
    expect(isClosed).toBe(false);
    await pass(1);
    expect(isClosed).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual(['carriage.unanswered']);
    expect(link.doubts).toBe(1);
    expect(link.sent.at(-1)).toMatchObject({ kind: 'close', connection: ID });
  });

  it('puts the parts of an answer in order, and drops what comes twice', async () => {
    await write(1);
    link.down({ part: 1, isLast: false, packets: numberedPacket(11) });
    link.down({ part: 2, packets: numberedPacket(12) });
    link.down({ part: 1, isLast: false, packets: numberedPacket(11) });
    expect(read).toEqual([]);
    link.down({ part: 0, isLast: false, packets: numberedPacket(10) });
    link.down({ part: 0, isLast: false, packets: numberedPacket(10) });
    await pass();
    expect(numbersIn(Buffer.concat(read))).toEqual([10, 11, 12]);
    await pass(DEFAULT_TIMING.answerWithinMs);
    expect(isClosed).toBe(false);
  });

  it('ends when a part of an answer is missing', async () => {
    await write(1);
    link.down({ part: 1, packets: numberedPacket(11) });
    await pass(DEFAULT_TIMING.nextPartWithinMs);
    expect(isClosed).toBe(true);
    expect(read).toEqual([]);
  });

  it('leaves alone what is of another connection, or answers another frame', async () => {
    await write(1);
    link.down({ connection: NONCE, packets: numberedPacket(7) });
    link.down({ sequence: 1, packets: numberedPacket(7) });
    link.down({ kind: 'signal', connection: NONCE, close: true });
    await pass();
    expect(read).toEqual([]);
    expect(isClosed).toBe(false);
  });

  it('asks for what a signal named, for everything after two different ones', async () => {
    await write(1);
    link.down({});
    link.down({ kind: 'signal', look: Buffer.from('["a"]') });
    await pass();
    link.down({ kind: 'signal', look: Buffer.from('["b"]') });
    link.down({ kind: 'signal', look: Buffer.from('["c"]') });
    link.down({});
    await pass();
    expect(link.looks).toEqual([undefined, '["a"]', '']);
  });

  it('asks for everything with PINGREQ, and when the service says so', async () => {
    await write(1);
    link.down({ lookAfterMs: 500 });
    await pass(499);
    expect(link.sent).toHaveLength(1);
    await pass(2);
    link.down({});
    stream.write(PINGREQ);
    await pass();
    expect(link.looks).toEqual([undefined, '', '']);
  });

  it('ends with what the service sent last', async () => {
    await write(1);
    link.down({ close: true, packets: numberedPacket(9) });
    await pass();
    expect(numbersIn(Buffer.concat(read))).toEqual([9]);
    expect([isClosed, errors]).toEqual([true, []]);
    expect(link.sent).toHaveLength(1);
  });

  it('says why the service ended it', async () => {
    await write(1);
    link.down({ kind: 'signal', close: true, reasonCode: 0x87, packets: numberedPacket(9) });
    await pass();
    expect(errors.map(({ message }) => message)).toEqual([
      'The service ended the connection with reason code 0x87 (Not authorized)',
    ]);
    expect(isClosed).toBe(true);
  });

  it('tells the service when the client ends it, if it had begun', async () => {
    await write(1);
    stream.destroy();
    expect(link.sent[1]).toMatchObject({ kind: 'close', connection: ID });
    open();
    stream.destroy();
    expect(link.sent).toHaveLength(2);
  });

  it('waits for the answer to what was written last', async () => {
    await write(1);
    stream.write(numberedPacket(2));
    stream.end();
    await pass();
    link.down({});
    await pass();
    expect([link.numbers, isClosed]).toEqual([[[1], [2]], false]);
    link.down({ close: true });
    await pass();
    expect([isClosed, errors]).toEqual([true, []]);
  });

  it('waits for the link, and ends with it', async () => {
    stream.destroy();
    link.isUp = false;
    open();
    await write(1);
    expect(link.sent).toEqual([]);
    link.isUp = true;
    stream.linkUp();
    await pass();
    expect(link.numbers).toEqual([[1]]);
    stream.linkDown();
    await pass();
    expect([isClosed, errors]).toEqual([true, []]);
  });

  it('holds the client back while much waits', async () => {
    await write(1);
    for (let number = 0; number < 6; number += 1) stream.write(numberedPacket(number, 60_000));
    const late = vi.fn();
    stream.write(numberedPacket(7), late);
    await pass();
    expect(late).not.toHaveBeenCalled();
    link.down({});
    await pass();
    link.down({});
    await pass();
    expect(late).toHaveBeenCalled();
  });

  it('does not carry a packet that fits in no frame', async () => {
    stream.write(numberedPacket(1, 130_000));
    await pass();
    expect(errors.map(({ code }) => code)).toEqual(['carriage.packetTooLarge']);
    expect(isClosed).toBe(true);
  });
});

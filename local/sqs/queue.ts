import { randomUUID } from 'node:crypto';
import { type MessageAttributes, md5 } from './checksum.ts';

export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly observeSend?: (message: StoredMessage) => void;
  /** After so many receives the message moves there instead. */
  readonly redrive?: { readonly maximumReceives: number; readonly target: () => Queue | undefined };
}

export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: MessageAttributes;
  readonly sentAtMs: number;
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  /** It can be received from then on. */
  visibleAtMs: number;
  receiptHandle: string | undefined;
}

export interface QueueCounts {
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}

/** One standard queue, in memory. */
export class Queue {
  readonly options: QueueOptions;
  private readonly messages = new Map<string, StoredMessage>();
  private readonly receipts = new Map<string, string>();
  private readonly waiting = new Set<() => void>();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  send(body: string, options: { delaySeconds?: number; attributes?: MessageAttributes } = {}): StoredMessage {
    const sentAtMs = Date.now();
    const message: StoredMessage = {
      messageId: randomUUID(),
      body,
      md5OfBody: md5(body),
      attributes: options.attributes ?? {},
      sentAtMs,
      receiveCount: 0,
      firstReceivedAtMs: undefined,
      visibleAtMs: sentAtMs + (options.delaySeconds ?? this.options.delaySeconds) * 1000,
      receiptHandle: undefined,
    };
    this.messages.set(message.messageId, message);
    this.options.observeSend?.(message);
    this.wake();
    return message;
  }

  /** At most so many messages, which are hidden from other receivers for the visibility timeout. */
  receive(limit: number, visibilityTimeoutSeconds = this.options.visibilityTimeoutSeconds): StoredMessage[] {
    const nowMs = Date.now();
    const received: StoredMessage[] = [];
    for (const message of this.messages.values()) {
      if (received.length >= limit) break;
      if (message.visibleAtMs > nowMs || this.redriven(message)) continue;
      message.receiveCount += 1;
      message.firstReceivedAtMs ??= nowMs;
      message.visibleAtMs = nowMs + visibilityTimeoutSeconds * 1000;
      this.forgetReceipt(message);
      message.receiptHandle = randomUUID();
      this.receipts.set(message.receiptHandle, message.messageId);
      received.push(message);
    }
    return received;
  }

  /** Resolves when there may be something to receive, or the time is over. */
  async wait(limitMs: number, signal?: AbortSignal): Promise<void> {
    const nowMs = Date.now();
    let soonestMs = limitMs;
    for (const { visibleAtMs } of this.messages.values())
      soonestMs = Math.min(soonestMs, visibleAtMs - nowMs);
    if (soonestMs <= 0 || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, soonestMs);
      signal?.addEventListener('abort', done);
      this.waiting.add(done);
    });
  }

  /** A receipt handle of an earlier receive deletes nothing, and is no error. */
  delete(receiptHandle: string): void {
    const message = this.byReceipt(receiptHandle);
    if (message === undefined) return;
    this.forgetReceipt(message);
    this.messages.delete(message.messageId);
  }

  /** False if the receipt handle names no message that is in flight. */
  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const message = this.byReceipt(receiptHandle);
    if (message === undefined) return false;
    message.visibleAtMs = Date.now() + seconds * 1000;
    this.wake();
    return true;
  }

  /** Ends every delay and every visibility timeout, as if their time had come. */
  showAll(): void {
    const nowMs = Date.now();
    for (const message of this.messages.values()) message.visibleAtMs = Math.min(message.visibleAtMs, nowMs);
    this.wake();
  }

  purge(): void {
    this.messages.clear();
    this.receipts.clear();
  }

  /** Everything in the queue, hidden or not, oldest first; looking changes nothing. */
  list(): readonly StoredMessage[] {
    return [...this.messages.values()];
  }

  /** Whether it holds a message that is in flight, or that can be received within so many seconds. */
  isBusy(withinSeconds: number): boolean {
    const untilMs = Date.now() + withinSeconds * 1000;
    return this.list().some(({ visibleAtMs, receiveCount }) => receiveCount > 0 || visibleAtMs <= untilMs);
  }

  counts(): QueueCounts {
    const nowMs = Date.now();
    const counts = { visible: 0, delayed: 0, inFlight: 0 };
    for (const { visibleAtMs, receiveCount } of this.messages.values()) {
      if (visibleAtMs <= nowMs) counts.visible += 1;
      else if (receiveCount === 0) counts.delayed += 1;
      else counts.inFlight += 1;
    }
    return counts;
  }

  private redriven(message: StoredMessage): boolean {
    const { redrive } = this.options;
    const target = redrive?.target();
    if (redrive === undefined || target === undefined) return false;
    if (message.receiveCount < redrive.maximumReceives) return false;
    this.forgetReceipt(message);
    this.messages.delete(message.messageId);
    target.send(message.body, { attributes: message.attributes, delaySeconds: 0 });
    return true;
  }

  private byReceipt(receiptHandle: string): StoredMessage | undefined {
    const messageId = this.receipts.get(receiptHandle);
    return messageId === undefined ? undefined : this.messages.get(messageId);
  }

  private forgetReceipt({ receiptHandle }: StoredMessage): void {
    if (receiptHandle !== undefined) this.receipts.delete(receiptHandle);
  }

  /** Whoever waits looks again. */
  wake(): void {
    for (const done of [...this.waiting]) done();
  }
}

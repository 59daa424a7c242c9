import type { Queue } from './queue.ts';

/** All queues of the stack. */
export class Queues {
  private readonly all = new Map<string, Queue>();

  add(queue: Queue): void {
    this.all.set(queue.options.name, queue);
  }

  /** Whoever waits for its messages learns that it is gone. */
  remove(queue: Queue): void {
    this.all.delete(queue.options.name);
    queue.purge();
    queue.wake();
  }

  names(): readonly string[] {
    return [...this.all.keys()];
  }

  list(): readonly Queue[] {
    return [...this.all.values()];
  }

  /** By name, ARN or URL: the name is the last part of each. */
  find(nameArnOrUrl: string): Queue | undefined {
    return this.all.get(nameArnOrUrl.split(/[:/]/).at(-1) ?? '');
  }

  /** @throws Error for a name that no queue has */
  get(nameArnOrUrl: string): Queue {
    const queue = this.find(nameArnOrUrl);
    if (queue !== undefined) return queue;
    throw new Error(`No queue ${nameArnOrUrl}; there are ${this.names().join(', ')}`);
  }
}

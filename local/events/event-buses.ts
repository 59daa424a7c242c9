import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsApiError } from '#local/aws/http';

/** An event as EventBridge hands it to its targets. */
export interface BusEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  /** ISO 8601. */
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** Of each bus; older ones go. */
const KEPT_EVENTS = 10_000;
const MAXIMUM_ENTRIES = 10;

const putEventsSchema = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().min(1),
        DetailType: z.string().min(1),
        Detail: z.string(),
        EventBusName: z.optional(z.string()),
        Resources: z.optional(z.array(z.string())),
        Time: z.optional(z.number()),
      }),
    )
    .min(1)
    .max(MAXIMUM_ENTRIES),
});

type Entry = z.infer<typeof putEventsSchema>['Entries'][number];

/** The event buses of the stack: they keep what was put on them, to be looked at. */
export class EventBuses {
  private readonly buses = new Map<string, BusEvent[]>([['default', []]]);
  private readonly observe: (busName: string, event: BusEvent) => void;

  constructor(observe: (busName: string, event: BusEvent) => void = () => {}) {
    this.observe = observe;
  }

  add(name: string): void {
    this.buses.set(name, []);
  }

  /** Oldest first, per bus. */
  all(): Readonly<Record<string, readonly BusEvent[]>> {
    return Object.fromEntries(this.buses);
  }

  /** @throws AwsApiError with what EventBridge would answer */
  handle(operation: string, body: unknown): unknown {
    if (operation !== 'PutEvents') {
      throw new AwsApiError(400, 'UnknownOperationException', `The local EventBridge has no ${operation}`);
    }
    const request = putEventsSchema.safeParse(body);
    if (!request.success) throw new AwsApiError(400, 'ValidationException', z.prettifyError(request.error));
    const results = request.data.Entries.map((entry) => this.put(entry));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  private put(
    entry: Entry,
  ): { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string } {
    // A name, or an ARN that ends in it.
    const name = entry.EventBusName?.split('/').at(-1) ?? 'default';
    const bus = this.buses.get(name);
    if (bus === undefined) {
      const known = [...this.buses.keys()].join(', ');
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `There is no event bus ${name}; there are ${known}`,
      };
    }
    const detail = parseDetail(entry.Detail);
    if (detail === undefined) {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed: it must be a JSON object' };
    }
    const event: BusEvent = {
      id: randomUUID(),
      'detail-type': entry.DetailType,
      source: entry.Source,
      time: new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000).toISOString(),
      resources: entry.Resources ?? [],
      detail,
    };
    bus.push(event);
    if (bus.length > KEPT_EVENTS) bus.shift();
    this.observe(name, event);
    return { EventId: event.id };
  }
}

function parseDetail(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

import { type Random, seededRandom } from '#local/random';
import { handlePackets } from '#packet-edge/handle-packets';
import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { parsePacketsRequest } from '#packets/carrying/exchange-codec';
import { deliveredInAll } from '#session/delivery/delivered-in-all';
import { createFlowStore } from '#store/inflight/flows';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createListenerStore } from '#store/routes/listeners';
import { createSessionStore } from '#store/sessions/sessions';
import { packetEdge } from '#test/packet-edge/dependencies';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Fault, Invocation } from './invocation.ts';
import { type Cut, Link } from './link.ts';
import { ModelCarrier } from './model-carrier.ts';
import { ModelClient, type ModelClientOptions } from './model-client.ts';
import { ModelReceiver } from './model-receiver.ts';
import { ModelSender, type Publication } from './model-sender.ts';
import type { Time } from './time.ts';
import { Violations } from './violations.ts';

export interface WorldOptions {
  readonly time: Time;
  readonly tables: Pick<TestTables, 'names' | 'newClient'>;
  /** Decides how long everything takes. */
  readonly seed: number;
  /** Longest times, milliseconds. */
  readonly longest: {
    readonly latencyMs: number;
    readonly storeMs: number;
    readonly thinkMs: number;
    readonly backoffMs: number;
  };
  /** Where the connections are cut, in the order in which they are made. */
  readonly cuts?: readonly (Cut | undefined)[];
  /** What goes wrong with the invocations of the function, in their order. */
  readonly faults?: readonly (Fault | undefined)[];
  /** Which invocations are made twice at once; the carrier takes the answer that comes first. */
  readonly twins?: readonly (true | undefined)[];
  /** How many messages a client has under way itself. */
  readonly sendWindow?: number;
  readonly timeoutMs?: number;
  /** Of connection identifiers, which are unique in the tables. */
  readonly connectionPrefix?: string;
}

export interface WorldClientOptions extends ModelClientOptions {
  readonly clientId: string;
}

const CARRIERS = 2;

/** Clients, carriers and instances of the function around one set of tables, and everything that goes wrong. */
export class PacketWorld {
  readonly violations = new Violations();
  readonly clients = new Map<string, ModelClient>();
  readonly published: Publication[] = [];
  /** Invocations, in their order, with what became of them. */
  readonly invocations: Invocation[] = [];
  /** Network connections, in the order in which they were made. */
  readonly links: Link[] = [];
  readonly #options: WorldOptions;
  readonly #random: Random;
  #carriers: ModelCarrier[] = [];
  #addresses = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    for (let count = 0; count < CARRIERS; count += 1) this.#addCarrier();
  }

  /** Nothing is under way, as far as clients and function can tell. */
  get isIdle(): boolean {
    return (
      this.invocations.every(({ isOver }) => isOver) &&
      [...this.clients.values()].every(({ isSubscribed, sender }) => isSubscribed && sender.isIdle)
    );
  }

  add(options: WorldClientOptions): ModelClient {
    const { time, longest, sendWindow = 8 } = this.#options;
    const { clientId, receiveMaximum } = options;
    const sender = new ModelSender(clientId, sendWindow, this.violations);
    const thinkMs = () => this.#upTo(longest.thinkMs);
    const receiver = new ModelReceiver(clientId, time, receiveMaximum, thinkMs, this.violations);
    const client = new ModelClient(options, sender, receiver, {
      time,
      violations: this.violations,
      connect: () => this.#connect(),
      backoffMs: () => this.#upTo(longest.backoffMs),
    });
    this.clients.set(clientId, client);
    client.start();
    return client;
  }

  publish(publisher: string, topic: string, qos: 0 | 1 | 2, retain = false): void {
    const sequence = this.published.filter((each) => each.publisher === publisher).length;
    const publication = { id: `${publisher}-${sequence}`, publisher, sequence, topic, qos, retain };
    this.published.push(publication);
    this.clients.get(publisher)?.sender.publish(publication);
  }

  /** Nothing is handed on any more, and no client comes back. */
  stop(): void {
    for (const client of this.clients.values()) client.stop();
    for (const carrier of this.#carriers) carrier.kill();
  }

  /** Network connections that the carriers believe to stand. */
  get openConnections(): readonly string[] {
    return this.#carriers.flatMap(({ connectionIds }) => connectionIds);
  }

  /** The retained messages of a topic, as their payloads. */
  async retainedOf(topic: string): Promise<string[]> {
    const { tables, time } = this.#options;
    const retained = createRetainedMessages(tables.newClient(), tables.names.messages, time);
    const found: string[] = [];
    for await (const { payload } of retained.matching(topic)) found.push(Buffer.from(payload).toString());
    return found;
  }

  /** The flow of a client as it is stored. */
  async flowOf(clientId: string) {
    const { names, newClient } = this.#options.tables;
    return createFlowStore(newClient(), names.inflight).get(clientId);
  }

  /** How many messages operators are told that a client has got. */
  async deliveredTo(clientId: string): Promise<number> {
    const { names, newClient } = this.#options.tables;
    const session = await createSessionStore(newClient(), names.sessions).get(clientId);
    return session === undefined ? 0 : deliveredInAll(session, await this.flowOf(clientId));
  }

  #upTo(longestMs: number): number {
    return Math.floor(this.#random() * (longestMs + 1));
  }

  #addCarrier(): void {
    const { time, tables, timeoutMs = 3_000, connectionPrefix = 'connection' } = this.#options;
    this.#addresses += 1;
    const address = `${connectionPrefix}-carrier-${this.#addresses}`;
    void createListenerStore(tables.newClient(), tables.names.routes).seen(address, time.clock());
    this.#carriers.push(
      new ModelCarrier(address, {
        time,
        timeoutMs,
        packets: (request) => this.#ask(request),
        retryMs: () => 10 + this.#upTo(40),
        newConnectionId: () => `${connectionPrefix}-${this.links.length}`,
      }),
    );
  }

  #connect(): Link {
    const { time, longest, cuts = [] } = this.#options;
    const cut = cuts[this.links.length];
    const carrier = this.#carriers[this.#upTo(this.#carriers.length - 1)];
    if (carrier === undefined) throw new Error('There is no carrier');
    const link = new Link(
      time,
      () => this.#upTo(longest.latencyMs),
      cut,
      ({ kills }) => {
        if (kills) this.#kill(carrier);
      },
    );
    this.links.push(link);
    carrier.accept(link);
    return link;
  }

  #kill(carrier: ModelCarrier): void {
    if (carrier.isDead) return;
    this.#carriers = this.#carriers.filter((each) => each !== carrier);
    this.#addCarrier();
    carrier.kill();
  }

  async #ask(request: PacketsRequest): Promise<PacketsResponse> {
    const isTwin = this.#options.twins?.[this.invocations.length] === true;
    const answer = this.#invoke(request);
    return isTwin ? Promise.any([answer, this.#invoke(request)]) : answer;
  }

  async #invoke(request: PacketsRequest): Promise<PacketsResponse> {
    const { time, longest, tables, faults = [] } = this.#options;
    const storeMs = () => this.#upTo(longest.storeMs);
    const asking = this.#carriers.find(({ address }) => address === addressOf(request));
    const kill = () => {
      if (asking !== undefined) this.#kill(asking);
    };
    const invocation = new Invocation(time, storeMs, faults[this.invocations.length], kill);
    this.invocations.push(invocation);
    const parsed = parsePacketsRequest(JSON.parse(JSON.stringify(request)));
    if (!parsed.ok) throw new Error(parsed.problems.join('; '));
    const edge = packetEdge(
      { names: tables.names, newClient: () => invocation.threaten(tables.newClient()) },
      { clock: time.clock, policy: { maximumSessionExpiryInterval: 0xffffffff } },
    );
    const signalSender: typeof edge.signalSender = {
      ...edge.signalSender,
      send: (address, signals) =>
        invocation.call(async () => {
          const carrier = this.#carriers.find((each) => each.address === address);
          const atMs = time.clock() + this.#upTo(longest.latencyMs);
          time.at(atMs, () => {
            for (const signal of signals) carrier?.signal(signal);
          });
        }),
    };
    try {
      const answer = await invocation.answer(handlePackets(parsed.request, { ...edge, signalSender }));
      return JSON.parse(JSON.stringify(answer)) as PacketsResponse;
    } catch (error) {
      // A fault shows itself as an error of the stores; anything else is one of the product.
      if (!invocation.hasStruck) this.violations.add('unexpected', String(error));
      throw error;
    }
  }
}

function addressOf({ connection: { carrier } }: PacketsRequest): string | undefined {
  return carrier.kind === 'listener' ? carrier.address : undefined;
}

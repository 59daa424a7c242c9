import type { Broker, DirectMessage, SendOutcome } from '#broker/broker';
import { nextRun } from '#delivery/next-run';
import type { PumpDependencies } from '#delivery/ports';
import { type PumpPurpose, pump } from '#delivery/pump';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS, type Settings } from '#session/configuration/settings';
import { type SessionEvent, transition } from '#session/life/transition';
import type { Message } from '#session/message';
import { type Position, positionOf } from '#session/position';
import { appendInTime } from '#store/messages/append-in-time';
import { type Fault, withFault } from './faults.ts';
import { MemoryStores } from './memory-stores.ts';
import { VirtualTime } from './virtual-time.ts';

export const CLIENT = 'client';
const START_MS = 1_700_000_000_000;
export const KEEP_ALIVE_SECONDS = 20;
/** A queue hands a request out again when its handler has not confirmed it in time. */
const VISIBILITY_MS = 45_000;
const RUN_MS = 40_000;
const INTERVAL_SECONDS = 100_000;

/** What becomes of a message at the client's door. */
export type Fate = 'notAuthorized' | 'tooLarge' | 'refused' | 'accepted';

export interface Publication {
  readonly message: Message;
  readonly filters: readonly string[];
  readonly fate: Fate;
  readonly positions: Position[];
  /** The broker had a live connection with a subscription for it. */
  readonly wasHeard: boolean;
  /** It was logged long after it was received. */
  wasLate: boolean;
  /** The broker brought it to the client by itself. */
  readonly isLive: boolean;
}

export interface ServiceDelivery {
  readonly messageId: string;
  readonly topic: string;
  readonly position: Position;
  readonly atMs: number;
  /** QoS 1. */
  readonly confirm: boolean;
}

interface Link {
  readonly sessionIdentifier: string;
  readonly version: number;
  /** No packet gets through any more, though nobody has noticed. */
  isDead: boolean;
  readonly filters: Map<string, number>;
}

export interface WorldOptions {
  /** Decides how long each call of the pump takes. */
  readonly latencySeed?: number;
  /** For each run of the pump in turn. */
  readonly faults?: readonly (Fault | undefined)[];
  /** What the broker answers to each message in turn, instead of what is true; undefined: the truth. */
  readonly answers?: readonly (SendOutcome | 'lostConfirmation' | undefined)[];
  readonly policy?: Partial<SessionPolicy>;
  readonly settings?: Partial<Settings>;
}

/** A client, its broker and the service with memory for tables; time is virtual. */
export class ClientWorld implements Broker {
  readonly time = new VirtualTime(START_MS);
  readonly stores = new MemoryStores();
  readonly publications: Publication[] = [];
  readonly deliveries: ServiceDelivery[] = [];
  readonly lostConfirmations: string[] = [];
  readonly settings: Settings;
  readonly policy: SessionPolicy;
  isCalm = false;
  /** False: events ask for no run, the test runs the pump itself. */
  areRunsRequested = true;
  crashes = 0;
  connectionEndsMs: number[] = [];
  link: Link | undefined;
  readonly #options: WorldOptions;
  #random: number;
  #versions = 0;
  #runs = 0;
  #answers = 0;
  #holders = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#random = options.latencySeed ?? 1;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.policy = { ...FOLLOW_BROKER, sessionExpiryInterval: INTERVAL_SECONDS, ...options.policy };
  }

  get session() {
    return this.stores.items.get(CLIENT);
  }

  connect(filters: readonly string[], eventDelayMs = 50): void {
    if (this.link !== undefined) this.#end('DUPLICATE_CLIENTID', eventDelayMs);
    const version = this.#versions++;
    const atMs = this.time.nowMs;
    this.link = { sessionIdentifier: `s${version}`, version, isDead: false, filters: new Map() };
    const connection = {
      sessionIdentifier: `s${version}`,
      versionNumber: version,
      connectedAtMs: atMs,
      seenAtMs: atMs,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      brokerCleanSession: true,
    };
    this.#learn({ kind: 'connection', connection }, eventDelayMs);
    for (const filter of filters) this.subscribe(filter, eventDelayMs + 10);
  }

  subscribe(filter: string, eventDelayMs = 50): void {
    const { link } = this;
    if (link === undefined || link.isDead) return;
    const atMs = this.time.nowMs;
    const { sessionIdentifier } = link;
    link.filters.set(filter, atMs);
    this.time.at(atMs + eventDelayMs, () => {
      void this.#learnNow({ kind: 'connection', connection: { sessionIdentifier, seenAtMs: atMs } }).then(
        () => {
          const incarnation = this.session?.incarnation ?? '';
          const change = { clientId: CLIENT, filter, incarnation, sessionIdentifier, atMs, qos: 1 } as const;
          this.stores.subscribe({ ...change, kind: 'subscribed' });
        },
      );
    });
  }

  /** Nothing gets through any more; the broker notices after a while. */
  cut(noticedAfterMs: number, reason: string, eventDelayMs = 50): void {
    const { link } = this;
    if (link === undefined || link.isDead) return;
    link.isDead = true;
    this.time.at(this.time.nowMs + noticedAfterMs, () => {
      if (this.link === link) this.#end(reason, eventDelayMs);
    });
  }

  publish(
    topic: string,
    filters: readonly string[],
    {
      ingestDelayMs = 20,
      commitDelayMs = 20,
      fate = 'accepted' as Fate,
      qos = 1 as 0 | 1,
      again = false,
    } = {},
  ): Publication {
    const messageId = `m${this.publications.length}`;
    const message: Message = {
      messageId,
      topic,
      payload: new Uint8Array(),
      qos,
      receivedAtMs: this.time.nowMs,
    };
    const isHeard =
      this.link !== undefined &&
      !this.link.isDead &&
      filters.some((filter) => this.link?.filters.has(filter));
    const publication: Publication = {
      message,
      filters,
      fate,
      positions: [],
      wasLate: false,
      wasHeard: isHeard,
      isLive: isHeard && fate === 'accepted',
    };
    this.publications.push(publication);
    this.time.at(this.time.nowMs + ingestDelayMs, () => void this.#append(publication, commitDelayMs));
    // The function that ingests died after its write, and is run again.
    if (again)
      this.time.at(
        this.time.nowMs + ingestDelayMs + 1_500,
        () => void this.#append(publication, commitDelayMs),
      );
    return publication;
  }

  requestDelivery(attempt = 0, delayMs = 0, purpose: PumpPurpose = 'catchUp'): void {
    this.time.at(this.time.nowMs + delayMs, () => void this.#deliver(attempt, purpose));
  }

  dependencies(): PumpDependencies {
    return {
      ...this.stores,
      shareGroups: this.stores.shareGroups,
      broker: this,
      policyOf: () => this.policy,
      settings: this.settings,
      clock: this.time.clock,
      sleep: this.time.sleep,
      newHolder: () => `run ${++this.#holders}`,
    };
  }

  connection = async () => ({ outcome: 'unknownClient' }) as const;
  subscriptions = async () => ({ outcome: 'unknownClient' }) as const;

  async send(_clientId: string, message: DirectMessage, confirm: boolean): Promise<SendOutcome> {
    const { link } = this;
    const answer = this.isCalm ? undefined : this.#options.answers?.[this.#answers++];
    if (answer !== undefined && answer !== 'lostConfirmation') return answer;
    if (link === undefined) return 'notConnected';
    const messageId = message.userProperties?.find(({ name }) => name === 'message-id')?.value ?? '';
    const publication = this.publications.find((each) => each.message.messageId === messageId);
    if (publication !== undefined && publication.fate !== 'accepted') return publication.fate;
    if (link.isDead) {
      await this.time.sleep(confirm ? 5_000 : 0);
      return confirm ? 'timedOut' : 'delivered';
    }
    const { position } = message as DirectMessage & { readonly position: Position };
    this.deliveries.push({ messageId, topic: message.topic, position, atMs: this.time.nowMs, confirm });
    if (answer === undefined) return 'delivered';
    this.lostConfirmations.push(messageId);
    return 'timedOut';
  }

  #end(reason: string, eventDelayMs: number): void {
    const { link } = this;
    if (link === undefined) return;
    const atMs = this.time.nowMs;
    this.link = undefined;
    this.connectionEndsMs.push(atMs);
    const { sessionIdentifier, version } = link;
    const ended = { seenAtMs: atMs, disconnectedAtMs: atMs, disconnectReason: reason };
    this.#learn(
      { kind: 'connection', connection: { sessionIdentifier, versionNumber: version, ...ended } },
      eventDelayMs,
    );
  }

  #learn(event: SessionEvent, delayMs: number): void {
    this.time.at(this.time.nowMs + delayMs, () => void this.#learnNow(event));
  }

  async #learnNow(event: SessionEvent): Promise<void> {
    for (;;) {
      const prior = this.session;
      const rules = { policy: this.policy, settings: this.settings };
      const result = transition(CLIENT, prior, event, rules, this.time.nowMs);
      if (result.isChange) {
        const write = await this.stores.sessions.write(result.session, prior?.revision);
        if (!write.written) continue;
      }
      if (result.session?.owesDelivery && this.areRunsRequested) this.requestDelivery();
      return;
    }
  }

  /** By the log's own rule, with a first write that takes a while. */
  async #append(publication: Publication, commitDelayMs: number): Promise<void> {
    const { message, filters, positions } = publication;
    let delayMs = commitDelayMs;
    const write = async (atMs: number) => {
      await this.time.sleep(delayMs);
      delayMs = 20;
      const position = positionOf(atMs, message.messageId);
      for (const filter of filters) this.stores.append(filter, { ...message, position });
      if (!positions.includes(position)) positions.push(position);
    };
    const settleMs = this.settings.settleSeconds * 1000;
    const { clock } = this.time;
    const atMs = await appendInTime({ receivedAtMs: message.receivedAtMs, settleMs, clock, write });
    if (atMs !== message.receivedAtMs) publication.wasLate = true;
  }

  async #deliver(attempt: number, purpose: PumpPurpose): Promise<void> {
    const fault = this.isCalm ? undefined : this.#options.faults?.[this.#runs++];
    const latencyMs = () => {
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
      return 1 + Math.floor((this.#random / 2 ** 32) * 40);
    };
    const { dependencies, calls } = withFault(this.dependencies(), this.time, latencyMs, fault);
    let isConfirmed = false;
    this.time.at(this.time.nowMs + VISIBILITY_MS, () => {
      if (!isConfirmed) this.requestDelivery(attempt, 0, purpose);
    });
    try {
      const result = await pump(CLIENT, dependencies, this.time.nowMs + RUN_MS, { purpose });
      isConfirmed = true;
      const next = nextRun(result, attempt, this.time.nowMs, purpose);
      if (next) this.requestDelivery(next.attempt, next.delaySeconds * 1000, next.purpose);
    } catch (error) {
      // Only what was made to fail may fail; the queue brings the request back.
      if (!calls.hasStruck) throw error;
    } finally {
      if (calls.hasStruck) this.crashes += 1;
    }
  }
}

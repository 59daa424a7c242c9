import { afterAll, beforeAll } from 'vitest';
import { startListener } from '#listener/listener';
import { handlePackets } from '#packet-edge/handle-packets';
import { fireWill } from '#packet-edge/wills/wills';
import type { Signal } from '#packets/carrying/exchange';
import type { SessionPolicy } from '#session/configuration/policy';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { NEVER } from '#session/expiry';
import { packetEdge, type TestEdge } from '#test/packet-edge/dependencies';
import { startTables } from '#test/store/dynamodb/tables';
import { type Connect, RawClient, type Version } from './raw-client.ts';
import { TimedRequests } from './timed-requests.ts';

const ADDRESS = 'conformance';

/** The packet edge behind a listener on a free port, with real tables: a broker on a port. */
export interface ConformanceServer {
  readonly port: number;
  readonly edge: TestEdge;
  /** A network connection without its CONNECT. */
  open(version: Version): RawClient;
  /** A network connection whose CONNECT was accepted. */
  connect(version: Version, options?: Connect): Promise<RawClient>;
  stop(): Promise<void>;
}

/** Clients whose identifier begins with `capped` have sessions of this many seconds at most. */
export const CAP_SECONDS = 100;

function withCap({ policies, settings }: SessionConfiguration): SessionConfiguration {
  const capped = { clients: 'capped*', maximumSessionExpiryInterval: CAP_SECONDS };
  return { policies: [...policies.map((policy) => ({ ...policy, ...capped })), ...policies], settings };
}

async function startConformanceServer(policy: Partial<SessionPolicy>): Promise<ConformanceServer> {
  const tables = await startTables();
  let receive: (signal: Signal) => void = () => {};
  const requests = new TimedRequests();
  const plain = packetEdge(tables, {
    policy: { maximumSessionExpiryInterval: NEVER, ...policy },
    onSignals: (_, signals) => {
      for (const signal of signals) receive(signal);
    },
  });
  const edge = { ...plain, requests, configuration: withCap(plain.configuration) };
  requests.onWill = (request) => fireWill(request, edge);
  const listener = await startListener({
    packets: (request) => handlePackets(request, edge),
    signals: {
      start: async (given) => {
        receive = given;
        return ADDRESS;
      },
      stop: async () => {},
      destroy: () => {},
    },
    ports: { mqtt: 0 },
    host: '127.0.0.1',
    log: () => {},
  });
  const { mqtt: port = 0 } = listener.ports;
  const clients: RawClient[] = [];
  const open = (version: Version): RawClient => {
    const client = new RawClient(port, version);
    clients.push(client);
    return client;
  };
  return {
    port,
    edge,
    open,
    connect: (version, options) => open(version).connect(options),
    async stop() {
      for (const client of clients) client.drop();
      requests.stop();
      listener.destroy();
      await tables.stop();
    },
  };
}

/** One server for all tests of a file, which use client identifiers and topics of their own. */
export function useConformanceServer(policy: Partial<SessionPolicy> = {}): ConformanceServer {
  let started: ConformanceServer | undefined;
  const running = (): ConformanceServer => {
    if (started === undefined)
      throw new Error('The server is started before the tests, not while they are collected');
    return started;
  };
  beforeAll(async () => {
    started = await startConformanceServer(policy);
  });
  afterAll(() => started?.stop());
  return {
    get port() {
      return running().port;
    },
    get edge() {
      return running().edge;
    },
    open: (version) => running().open(version),
    connect: (version, options) => running().connect(version, options),
    stop: () => running().stop(),
  };
}

/** A client identifier or topic that no other test uses. */
export function unique(name: string): string {
  count += 1;
  return `${name}-${count}`;
}
let count = 0;

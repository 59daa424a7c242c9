import { expect } from 'vitest';
import type { ConnectionContext, PacketsRequest, PacketsResponse, Signal } from '#packets/carrying/exchange';
import { parsePacketsRequest } from '#packets/carrying/exchange-codec';
import { generatePacket } from '#packets/generating/generate';
import { parsePacket } from '#packets/parsing/parse';
import type { ClientPacket, ConnectPacket, ServerPacket } from '#packets/types';
import { eventually } from '#test/local/eventually';

/**
 * Stands for the function `packets`: accepts every CONNECT, acknowledges, sends back what is published, and
 * says `looked` when it is asked to look. Keeps nothing of a session; tests look at the requests.
 */
export class FakeFunction {
  readonly requests: PacketsRequest[] = [];
  /** What is done before the next answers: fail, wait, or answer something else. */
  readonly before: ((request: PacketsRequest) => Promise<PacketsResponse | undefined>)[] = [];
  /** Goes with the next answer. */
  extra: { readonly signals?: readonly Signal[]; readonly lookAfterMs?: number } = {};

  readonly handle = async (request: PacketsRequest): Promise<PacketsResponse> => {
    // As it would come through Lambda.
    const parsed = parsePacketsRequest(JSON.parse(JSON.stringify(request)));
    if (!parsed.ok) throw new Error(parsed.problems.join('; '));
    const received = parsed.request;
    this.requests.push(received);
    const answer = await this.before.shift()?.(received);
    return answer ?? this.answer(received);
  };

  fail(times: number): void {
    for (let time = 0; time < times; time += 1) {
      this.before.push(() => Promise.reject(new Error('the function has failed')));
    }
  }

  /** The next request is answered when the returned function is called. */
  hold(): () => void {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.before.push(async () => {
      await released;
      return undefined;
    });
    return () => release();
  }

  /** It works on what is sent now until the returned function is called. */
  async holding(send: () => void): Promise<() => void> {
    const release = this.hold();
    const before = this.requests.length;
    send();
    await eventually(() => expect(this.requests).toHaveLength(before + 1));
    return release;
  }

  /** Everything that was handed over, in order, as type letters of the packets: `connect`, `publish`… */
  get commands(): readonly string[] {
    return this.packets().map(({ cmd }) => cmd);
  }

  packets(): readonly ClientPacket[] {
    return this.requests.flatMap(packetsOf);
  }

  get closed(): readonly string[] {
    return this.requests.flatMap(({ closed }) => (closed === undefined ? [] : [closed.reason]));
  }

  private answer({ context, packets, look }: PacketsRequest): PacketsResponse {
    let current = context;
    const answers: ServerPacket[] = [];
    let close = false;
    for (const { data } of packets) {
      const parsed = parsePacket(Buffer.from(data, 'base64'), current?.protocolVersion);
      if (!parsed.ok) {
        close = true;
        break;
      }
      if (parsed.packet.cmd === 'connect') current = contextOf(parsed.packet);
      if (parsed.packet.cmd === 'disconnect') close = true;
      answers.push(...answersTo(parsed.packet));
    }
    if (look !== undefined) answers.push(message('looked', JSON.stringify(look)));
    const { extra } = this;
    this.extra = {};
    const version = current?.protocolVersion ?? 4;
    return {
      packets: answers.map((packet) => Buffer.from(generatePacket(packet, version)).toString('base64')),
      ...(current && { context: current }),
      ...(close && { close }),
      ...extra,
    };
  }
}

/** The packets of a request; a CONNECT tells the version of those that follow. */
export function packetsOf({ context, packets }: PacketsRequest): readonly ClientPacket[] {
  let version = context?.protocolVersion;
  return packets.map(({ data }) => {
    const parsed = parsePacket(Buffer.from(data, 'base64'), version);
    if (!parsed.ok) throw new Error(parsed.reason);
    if (parsed.packet.cmd === 'connect') version = parsed.packet.protocolVersion;
    return parsed.packet;
  });
}

function contextOf({ clientId, protocolVersion, keepAliveSeconds }: ConnectPacket): ConnectionContext {
  return {
    clientId,
    protocolVersion,
    keepAliveSeconds,
    incarnation: 'one',
    connectedAtMs: 1,
    receiveMaximum: 65_535,
    requestProblemInformation: true,
    sessionExpiryInterval: 0,
  };
}

function answersTo(packet: ClientPacket): readonly ServerPacket[] {
  switch (packet.cmd) {
    case 'connect':
      return [{ cmd: 'connack', sessionPresent: false, reasonCode: 0 }];
    case 'publish': {
      const echo = message(packet.topic, packet.payload);
      const { packetId } = packet;
      return packetId === undefined ? [echo] : [{ cmd: 'puback', packetId, reasonCode: 0 }, echo];
    }
    case 'subscribe': {
      const { packetId, subscriptions } = packet;
      return [{ cmd: 'suback', packetId, reasonCodes: subscriptions.map(({ qos }) => qos) }];
    }
    case 'pingreq':
      return [{ cmd: 'pingresp' }];
    default:
      return [];
  }
}

function message(topic: string, payload: string | Uint8Array): ServerPacket {
  return { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false };
}

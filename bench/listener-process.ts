import { startListener } from '#listener/listener';
import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { generatePacket } from '#packets/generating/generate';
import { parsePacket } from '#packets/parsing/parse';

/* One listener process with nothing beside it: its function accepts every CONNECT and answers nothing else. */

const CONNACK = Buffer.from(generatePacket({ cmd: 'connack', sessionPresent: false, reasonCode: 0 }, 5));

async function accept({ packets, context }: PacketsRequest): Promise<PacketsResponse> {
  const [first] = packets;
  if (context !== undefined || first === undefined) return { packets: [], ...(context && { context }) };
  const parsed = parsePacket(Buffer.from(first.data, 'base64'), undefined);
  if (!parsed.ok || parsed.packet.cmd !== 'connect') return { packets: [], close: true };
  const { clientId, keepAliveSeconds } = parsed.packet;
  return {
    packets: [CONNACK.toString('base64')],
    context: {
      clientId,
      incarnation: `1:${clientId}`,
      protocolVersion: 5,
      connectedAtMs: first.receivedAtMs,
      keepAliveSeconds,
      receiveMaximum: 65_535,
      requestProblemInformation: true,
      sessionExpiryInterval: 3600,
    },
  };
}

const listener = await startListener({
  packets: accept,
  signals: { start: async () => 'https://sqs.local/bench', stop: async () => {}, destroy: () => {} },
  ports: { mqtt: 0 },
  host: '127.0.0.1',
  log: () => {},
});

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ kind: 'memory', rss, live: heapUsed + external, connections: listener.connections });
});
process.send?.({ kind: 'ready', port: listener.ports.mqtt });

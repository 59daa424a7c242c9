import { onTestFinished } from 'vitest';
import { startListener } from '#listener/listener';
import { handlePackets } from '#packet-edge/handle-packets';
import { packetEdge } from '#test/packet-edge/dependencies';
import { startTables } from '#test/store/dynamodb/tables';

/** The service in this process: a listener, the packet edge, and DynamoDB Local. */
export async function startService(): Promise<{ readonly url: string }> {
  const tables = await startTables();
  onTestFinished(() => tables.stop());
  const edge = packetEdge(tables, { settings: { settleSeconds: 0.5 } });
  const listener = await startListener({
    packets: (request) => handlePackets(request, edge),
    // With one listener every signal comes back with an answer.
    signals: {
      start: async () => 'the only listener',
      stop: async () => undefined,
      destroy: () => undefined,
    },
    ports: { mqtt: 0 },
    log: () => undefined,
  });
  onTestFinished(() => listener.stop());
  return { url: `mqtt://127.0.0.1:${listener.ports.mqtt}` };
}

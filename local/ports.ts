import type { CloudOptions } from './cloud-options.ts';
import { isPortTaken } from './dynamodb/free-port.ts';
import { portInUse } from './listen.ts';

/** The port of the AWS services is opened before anything else, and so says itself that it is taken. */
const FLAGS = {
  mqttPort: '--mqtt-port',
  packetPort: '--packet-port',
  packetWsPort: '--packet-ws-port',
  apiPort: '--api-port',
  consolePort: '--console-port',
} as const;

/**
 * Says that a port is taken before anything starts, and not when it is that port's turn.
 *
 * @throws LocalCloudError that names the flag
 */
export async function refuseTakenPorts(options: CloudOptions): Promise<void> {
  for (const [name, flag] of Object.entries(FLAGS) as [keyof typeof FLAGS, string][]) {
    const port = options[name] ?? 0;
    if (port !== 0 && (await isPortTaken(port))) throw portInUse(port, flag);
  }
}

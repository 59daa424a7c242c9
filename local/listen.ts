import type { Server } from 'node:net';
import { LocalCloudError } from './errors.ts';

/**
 * Opens a port of this machine for a server; 0 = a free one. The port.
 *
 * @throws LocalCloudError if something else listens there
 */
export function listen(server: Server, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(portInUse(port, flag));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

export function portInUse(port: number, flag: string): LocalCloudError {
  return new LocalCloudError(
    'port.inUse',
    `Port ${port} is in use: end the program that listens there, or choose another one with ${flag}.`,
  );
}

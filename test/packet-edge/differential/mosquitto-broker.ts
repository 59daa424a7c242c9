import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '#local/dynamodb/free-port';
import { eventually } from '#test/local/eventually';

/** Debian installs it where the path of an ordinary user does not lead. */
const PROGRAMS = ['mosquitto', '/usr/sbin/mosquitto'] as const;

/** Undefined where it is not installed. */
export const MOSQUITTO = PROGRAMS.find((program) => spawnSync(program, ['-h']).error === undefined);

/** mosquitto on a free port of this machine; it keeps nothing when it ends. */
export class MosquittoBroker {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(program: string): Promise<MosquittoBroker> {
    const port = await findFreePort();
    const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
    const file = join(folder, 'mosquitto.conf');
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      // As many as this service sends before it waits for acknowledgements, and more.
      'max_inflight_messages 100',
      'log_type none',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const broker = new MosquittoBroker(port, spawn(program, ['-c', file], { stdio: 'ignore' }), folder);
    await eventually(() => broker.#accepts());
    return broker;
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill();
    await exit;
    await rm(this.#folder, { recursive: true });
  }

  async #accepts(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } finally {
      socket.destroy();
    }
  }
}

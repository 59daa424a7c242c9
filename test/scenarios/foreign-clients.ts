import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface ForeignOptions {
  /** Such as `mqtt://127.0.0.1:1884` or `ws://127.0.0.1:8884/mqtt`. */
  readonly url: string;
  readonly topic: string;
  readonly version: '3.1.1' | '5';
  /** The subscriber ends after so many messages. */
  readonly messages: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

/** Programs of others at QoS 2 that keep their session, and come back by themselves when their link is lost. */
export interface ForeignClients {
  readonly name: string;
  readonly isInstalled: boolean;
  /** The addresses of a listener that they can connect to. */
  readonly addresses: readonly ('url' | 'wsUrl')[];
  readonly subscribe: (options: ForeignOptions) => ChildProcess;
  /** Publishes the lines that it reads. */
  readonly publish: (options: ForeignOptions) => ChildProcess;
}

const PAHO = fileURLToPath(new URL('./paho_client.py', import.meta.url));
/** Debian's own comes first: it knows Debian's packages. */
const PYTHONS = ['/usr/bin/python3', 'python3'] as const;

const runs = (command: string, ...words: readonly string[]) => spawnSync(command, words).status === 0;
const PYTHON = PYTHONS.find((each) => runs(each, '-c', 'import paho.mqtt.client'));

/** A program of the test that is running; it does not outlive it. */
function start(program: string, words: readonly string[]): ChildProcess {
  const child = spawn(program, words);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

function mosquitto(program: string, options: ForeignOptions, ...more: readonly string[]): ChildProcess {
  const { url, topic, version, will } = options;
  const { hostname, port } = new URL(url);
  const protocol = version === '5' ? ['-V', 'mqttv5', '-x', '600'] : ['-V', 'mqttv311'];
  const words = ['-h', hostname, '-p', port, '-i', `${program}/${topic}`, '-q', '2', '-t', topic, '-c'];
  const willWords =
    will === undefined ? [] : ['--will-topic', will.topic, '--will-payload', will.payload, '--will-qos', '2'];
  return start(program, [...words, ...protocol, ...willWords, ...more]);
}

function paho(role: 'sub' | 'pub', { url, topic, version, messages, will }: ForeignOptions): ChildProcess {
  const words = [PAHO, role, url, `${role}/${topic}`, topic, version, `${messages}`];
  const willWords = will === undefined ? [] : ['--will-topic', will.topic, '--will-payload', will.payload];
  return start(PYTHON ?? '', [...words, ...willWords]);
}

const FOREIGN_CLIENTS: readonly ForeignClients[] = [
  {
    name: 'mosquitto_pub and mosquitto_sub',
    isInstalled: ['mosquitto_pub', 'mosquitto_sub'].every(
      (program) => spawnSync(program, ['--help']).error === undefined,
    ),
    // Debian's are built without WebSocket.
    addresses: ['url'],
    subscribe: (options) => mosquitto('mosquitto_sub', options, '-C', `${options.messages}`),
    publish: (options) => mosquitto('mosquitto_pub', options, '-l'),
  },
  {
    name: 'Paho for Python',
    isInstalled: PYTHON !== undefined,
    addresses: ['url', 'wsUrl'],
    subscribe: (options) => paho('sub', options),
    publish: (options) => paho('pub', options),
  },
];

/** Those that this machine has; of the others it is said that they are left out. */
export function installedForeignClients(what: string): readonly ForeignClients[] {
  for (const { name, isInstalled } of FOREIGN_CLIENTS)
    if (!isInstalled) console.log(`left out: ${what} by ${name}, which is not installed`);
  return FOREIGN_CLIENTS.filter(({ isInstalled }) => isInstalled);
}

/** The lines that a program has written once it has ended, complaints among them. */
export async function linesOf(child: ChildProcess): Promise<string[]> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
  }
  await once(child, 'close');
  return output.split('\n').slice(0, -1);
}

import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface KeyPair {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

let made: Promise<KeyPair> | undefined;

/** A self-signed certificate for this machine, made once a test file. */
export function certificates(): Promise<KeyPair> {
  made ??= selfSigned('localhost');
  return made;
}

/** It is its own authority, so a server that trusts it lets in who shows it. */
export async function selfSigned(commonName: string): Promise<KeyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const newKey = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      keyFile,
    ];
    await run('openssl', ['req', '-x509', ...newKey, '-out', certFile, '-subj', `/CN=${commonName}`]);
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As AWS IoT Core names a certificate: SHA-256, hexadecimal in lower case. */
export function fingerprintOf({ cert }: KeyPair): string {
  return new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came: what its signature is computed of. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly secretAccessKey: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=[^/,]+\/(\d{8}\/[^/,]+\/[^/,]+\/aws4_request),\s*SignedHeaders=([^,]+),\s*Signature=([\da-f]{64})$/;
const DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
/** A signature holds for five minutes around its date. */
const VALID_MS = 5 * 60_000;

/** Whether the secret has signed this request, for this service and Region, now. (Signature Version 4) */
export function isSignedWith(request: SignedRequest, scope: SigningScope, nowMs = Date.now()): boolean {
  const { headers } = request;
  const [, credentialScope = '', names = '', signature = ''] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date'] ?? '');
  const day = date.slice(0, 8);
  if (credentialScope !== `${day}/${scope.region}/${scope.service}/aws4_request`) return false;
  const atMs = Date.parse(date.replace(DATE, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(atMs) || Math.abs(atMs - nowMs) > VALID_MS) return false;
  const signed = names.split(';');
  const mustBeSigned = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  if (!mustBeSigned.every((name) => signed.includes(name))) return false;
  const canonical = sha256(canonicalRequest(request, signed));
  const text = [ALGORITHM, date, credentialScope, canonical].join('\n');
  const key = [day, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${scope.secretAccessKey}`,
  );
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'));
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, signed: readonly string[]): string {
  const [path = '', ...query] = url.split('?');
  return [
    method,
    // Encoded once more, as all services but Amazon S3 have it.
    path.split('/').map(encoded).join('/'),
    canonicalQuery(query.join('?')),
    ...signed.map((name) => `${name}:${headerText(headers[name])}`),
    '',
    signed.join(';'),
    sha256(body),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  return parameters
    .map((parameter) => {
      const [name = '', ...value] = parameter.split('=');
      return `${encoded(decoded(name))}=${encoded(decoded(value.join('=')))}`;
    })
    .sort()
    .join('&');
}

function headerText(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',').trim().replaceAll(/ +/g, ' ');
}

/** What is no text is signed as it came. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Everything but the unreserved characters of RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

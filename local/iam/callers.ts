import type { IncomingHttpHeaders } from 'node:http';

/** A function or a person with a role, as the services see who calls them. */
export interface Caller {
  /** Of a person, the name of the role's session. */
  readonly functionName: string;
  readonly roleArn: string;
  /** Of a person; what a function of the stack has signed is not looked at. */
  readonly secretAccessKey?: string;
}

/** `AWS4-HMAC-SHA256 Credential=<access key id>/<date>/<Region>/<service>/aws4_request, …` (Signature Version 4). */
const ACCESS_KEY_ID = /\bCredential=([^/,\s]+)\//;

/** Undefined for a request that is not signed. */
export function accessKeyIdIn({ authorization }: IncomingHttpHeaders): string | undefined {
  return ACCESS_KEY_ID.exec(authorization ?? '')?.[1];
}

/** Who calls is told by the access key id of the request, of which every function has its own. */
export class Callers {
  private readonly byAccessKeyId = new Map<string, Caller>();

  add(accessKeyId: string, caller: Caller): void {
    this.byAccessKeyId.set(accessKeyId, caller);
  }

  /** Undefined for programs that are no function of the stack. */
  of(headers: IncomingHttpHeaders): Caller | undefined {
    const accessKeyId = accessKeyIdIn(headers);
    return accessKeyId === undefined ? undefined : this.byAccessKeyId.get(accessKeyId);
  }

  all(): readonly Caller[] {
    return [...this.byAccessKeyId.values()];
  }

  roleArnOf(functionName: string): string | undefined {
    return this.all().find((caller) => caller.functionName === functionName)?.roleArn;
  }
}

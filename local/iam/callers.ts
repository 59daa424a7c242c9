import type { IncomingHttpHeaders } from 'node:http';

/** A function, as the services see who calls them. */
export interface Caller {
  readonly functionName: string;
  readonly roleArn: string;
}

/** `AWS4-HMAC-SHA256 Credential=<access key id>/<date>/<Region>/<service>/aws4_request, …` (Signature Version 4). */
const ACCESS_KEY_ID = /\bCredential=([^/,\s]+)\//;

/** Who calls is told by the access key id of the request, of which every function has its own. */
export class Callers {
  private readonly byAccessKeyId = new Map<string, Caller>();

  add(accessKeyId: string, caller: Caller): void {
    this.byAccessKeyId.set(accessKeyId, caller);
  }

  /** Undefined for programs that are no function of the stack. */
  of({ authorization }: IncomingHttpHeaders): Caller | undefined {
    const accessKeyId = ACCESS_KEY_ID.exec(authorization ?? '')?.[1];
    return accessKeyId === undefined ? undefined : this.byAccessKeyId.get(accessKeyId);
  }

  all(): readonly Caller[] {
    return [...this.byAccessKeyId.values()];
  }

  roleArnOf(functionName: string): string | undefined {
    return this.all().find((caller) => caller.functionName === functionName)?.roleArn;
  }
}

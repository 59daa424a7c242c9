import { accessKeyIdIn, type Callers } from '#local/iam/callers';
import { isSignedWith, type SignedRequest } from '#local/iam/request-signature';
import { nameOfRole, type Roles } from '#local/iam/roles';
import type { Environment } from '#local/template/template';
import { type ApiAnswer, refusal } from './api-answer.ts';
import type { TokenVerifier } from './json-web-token.ts';
import type { AuthorizerContext } from './request-event.ts';
import type { Route } from './route.ts';

/**
 * `operator`: who brings no credentials, or some that nobody here knows, is the operator of this machine and may do
 * everything, as everything local takes any credentials. `enforced`: they are refused as on AWS. In both, known
 * callers are held to their signature and their role, and tokens to their scopes.
 */
export type ApiAuthorization = 'operator' | 'enforced';

export interface AuthorizationOptions {
  readonly mode: ApiAuthorization;
  readonly callers: Callers;
  readonly roles: Roles;
  readonly environment: Environment;
}

export type AuthorizationResult =
  | { readonly allowed: true; readonly authorizer: AuthorizerContext | undefined }
  | { readonly allowed: false; readonly answer: ApiAnswer };

export interface AuthorizedRequest {
  readonly route: Route;
  /** As it came. */
  readonly request: SignedRequest;
  /** Of the request, such as `arn:aws:execute-api:…/$default/GET/sessions`. */
  readonly resource: string;
}

const FORBIDDEN = refusal(403, 'Forbidden');
const LOCAL_OPERATOR = 'local-operator';

/** Whether a request may pass, and who makes it. */
export async function authorize(
  asked: AuthorizedRequest,
  options: AuthorizationOptions,
  verifierOf: (authorizerId: string) => TokenVerifier | undefined,
): Promise<AuthorizationResult> {
  const { authorization } = asked.route;
  if (authorization.type === 'NONE') return { allowed: true, authorizer: undefined };
  if (authorization.type === 'AWS_IAM') return byRole(asked, options);
  if (asked.request.headers.authorization === undefined && options.mode === 'operator') {
    return allowed({ jwt: { claims: { sub: LOCAL_OPERATOR }, scopes: [...authorization.scopes] } });
  }
  const verifier = verifierOf(authorization.authorizerId);
  return verifier === undefined ? refused(FORBIDDEN) : byToken(asked.request, authorization.scopes, verifier);
}

function byRole(
  { request, resource }: AuthorizedRequest,
  options: AuthorizationOptions,
): AuthorizationResult {
  const { callers, roles, environment, mode } = options;
  const { headers } = request;
  const { accountId, region } = environment;
  const accessKey = accessKeyIdIn(headers) ?? LOCAL_OPERATOR;
  const caller = callers.of(headers);
  if (caller === undefined) {
    if (mode === 'enforced') return refused(FORBIDDEN);
    return allowed(
      iamContext(accessKey, accountId, `arn:aws:iam::${accountId}:user/${accessKey}`, accessKey),
    );
  }
  const { secretAccessKey } = caller;
  const isSigned =
    secretAccessKey === undefined ||
    isSignedWith(request, { region, service: 'execute-api', secretAccessKey });
  if (!isSigned) return refused(FORBIDDEN);
  if (!roles.allows(caller.roleArn, { action: 'execute-api:Invoke', resource })) return refused(FORBIDDEN);
  const role = nameOfRole(caller.roleArn);
  const userArn = `arn:aws:sts::${accountId}:assumed-role/${role}/${caller.functionName}`;
  return allowed(iamContext(accessKey, accountId, userArn, `${role}:${caller.functionName}`));
}

async function byToken(
  { headers }: SignedRequest,
  needed: readonly string[],
  verifier: TokenVerifier,
): Promise<AuthorizationResult> {
  const token = headers.authorization?.replace(/^Bearer /i, '');
  if (token === undefined) return refused(refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' }));
  const check = await verifier.check(token);
  if (!check.valid) {
    const challenge = `Bearer scope="${needed.join(' ')}" error="invalid_token" error_description="${check.problem}"`;
    return refused(refusal(401, 'Unauthorized', { 'www-authenticate': challenge }));
  }
  if (needed.length > 0 && !needed.some((scope) => check.scopes.includes(scope))) {
    const challenge = `Bearer scope="${needed.join(' ')}" error="insufficient_scope"`;
    return refused(refusal(403, 'Forbidden', { 'www-authenticate': challenge }));
  }
  const claims = Object.entries(check.claims).map(([name, value]) => [name, claimText(value)]);
  return allowed({ jwt: { claims: Object.fromEntries(claims), scopes: needed.length > 0 ? needed : null } });
}

/** API Gateway hands every claim on as text; a list as `[a b]`. */
function claimText(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(' ')}]` : String(value);
}

function iamContext(
  accessKey: string,
  accountId: string,
  userArn: string,
  userId: string,
): AuthorizerContext {
  return {
    iam: {
      accessKey,
      accountId,
      callerId: userId,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn,
      userId,
    },
  };
}

function allowed(authorizer: AuthorizerContext): AuthorizationResult {
  return { allowed: true, authorizer };
}

function refused(answer: ApiAnswer): AuthorizationResult {
  return { allowed: false, answer };
}

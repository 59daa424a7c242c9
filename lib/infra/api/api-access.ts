import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Grant, type IGrantable, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../permission.ts';

/** What a caller may ask, as method and path of the API. */
export type Access = 'read' | 'write';

const REQUESTS: Readonly<Record<Access, readonly string[]>> = {
  // The preview is a POST, since a pattern of clients is too much for an address, but it changes nothing.
  read: ['GET/*', 'HEAD/*', 'POST/sessions:previewExpiry'],
  write: ['POST/*', 'PUT/*', 'PATCH/*', 'DELETE/*'],
};

const WILDCARD_REASON =
  'The paths of the API hold client identifiers and topics, which no template knows; the wildcard stands for the paths of this one API.';

/**
 * Policies for who may call an API that asks for signed requests. Neither of the two includes the other: an
 * operator who looks and acts has both.
 */
export class ApiPolicies extends Construct {
  readonly read: ManagedPolicy;
  readonly write: ManagedPolicy;

  constructor(scope: Construct, id: string, api: HttpApi) {
    super(scope, id);
    const policy = (policyId: string, access: Access, description: string): ManagedPolicy => {
      const resources = resourcesOf(api, access);
      const created = new ManagedPolicy(this, policyId, {
        description,
        statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources })],
      });
      acknowledgeWildcards(created, resources, WILDCARD_REASON);
      return created;
    };
    this.read = policy('SessionApiRead', 'read', 'May look at MQTT sessions through the session API');
    this.write = policy('SessionApiWrite', 'write', 'May change MQTT sessions through the session API');
  }
}

export function grantAccess(api: HttpApi, access: Access, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['execute-api:Invoke'],
    resourceArns: resourcesOf(api, access),
  });
}

function resourcesOf(api: HttpApi, access: Access): string[] {
  return REQUESTS[access].map((request) =>
    Stack.of(api).formatArn({
      service: 'execute-api',
      resource: api.apiId,
      resourceName: `$default/${request}`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
}

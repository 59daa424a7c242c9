/** A resource of a CloudFormation template, its intrinsic functions unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** A resource with its properties resolved, as its handler gets it. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  /** What CloudFormation would generate where the template gives no name: the same on every start. */
  readonly physicalName: string;
  /** The construct's own id: `Sessions` of `MqttSessions/Sessions/Sessions/Resource`. */
  readonly constructId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What other resources may refer to. */
export interface CreatedResource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The account and Region that the template is deployed to, on this machine. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
}

export const LOCAL_ENVIRONMENT: Environment = { accountId: '000000000000', region: 'us-east-1' };

import { Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { DEFAULT_SCOPES } from '../api/api-options.ts';

export interface ConsoleSignInProps {
  /** The first part of the sign-in page's address; undefined = one made from the stack's id. */
  readonly domainPrefix: string | undefined;
}

const ACCESS_TOKEN_VALIDITY = Duration.hours(1);
const REFRESH_TOKEN_VALIDITY = Duration.hours(12);

/** Amazon Cognito's user pool and sign-in page for operators: an administrator adds them, nobody else. */
export class ConsoleSignIn extends Construct {
  readonly userPool: UserPool;
  readonly issuer: string;
  /** Of the sign-in page, and of the tokens' issuer. */
  readonly origins: readonly string[];
  private readonly resourceServer: UserPoolResourceServer;
  private readonly scopes: readonly ResourceServerScope[];

  constructor(scope: Construct, id: string, { domainPrefix }: ConsoleSignInProps) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    this.userPool = new UserPool(this, 'Users', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    for (const rule of ['AwsSolutions-COG3', 'AwsSolutions-COG8']) {
      Validations.of(this.userPool).acknowledge({
        id: rule,
        reason: 'Threat protection has a price for each user; a second factor is required instead.',
      });
    }
    this.issuer = Fn.join('', [
      'https://cognito-idp.',
      region,
      '.',
      urlSuffix,
      '/',
      this.userPool.userPoolId,
    ]);
    const domain = this.userPool.addDomain('SignInPage', {
      cognitoDomain: { domainPrefix: domainPrefix ?? `mqtt-sessions-${partOfStackId()}` },
    });
    this.origins = [Fn.join('', ['https://cognito-idp.', region, '.', urlSuffix]), domain.baseUrl()];
    this.scopes = [
      new ResourceServerScope({ scopeName: DEFAULT_SCOPES.read, scopeDescription: 'Look at sessions' }),
      new ResourceServerScope({ scopeName: DEFAULT_SCOPES.write, scopeDescription: 'Change sessions' }),
    ];
    this.resourceServer = this.userPool.addResourceServer('Api', {
      identifier: DEFAULT_SCOPES.resource,
      scopes: [...this.scopes],
    });
  }

  /** The console at its address, which signs in with an authorization code and PKCE, since it can keep no secret. */
  addConsole(url: string): UserPoolClient {
    return new UserPoolClient(this, 'Client', {
      userPool: this.userPool,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: ACCESS_TOKEN_VALIDITY,
      idTokenValidity: ACCESS_TOKEN_VALIDITY,
      refreshTokenValidity: REFRESH_TOKEN_VALIDITY,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        callbackUrls: [`${url}/`],
        logoutUrls: [`${url}/`],
        scopes: [
          OAuthScope.OPENID,
          ...this.scopes.map((each) => OAuthScope.resourceServer(this.resourceServer, each)),
        ],
      },
    });
  }
}

/** The names of sign-in pages are shared by all accounts of a Region; a stack's id is like no other. */
function partOfStackId(): string {
  return Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Fn.ref('AWS::StackId')))));
}

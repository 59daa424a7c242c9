import { Duration, Fn, Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accountWideName } from './account-wide-name.ts';
import { consoleHeaders } from './console-headers.ts';

export interface ConsoleDistributionProps {
  readonly bucket: Bucket;
  readonly api: HttpApi;
  /** Where the page signs its users in. */
  readonly signInOrigins: readonly string[];
}

/** Where the API is, at the console's own address: no other origin, so no CORS and no preflight requests. */
export const API_PATH = '/api';

/**
 * CloudFront would keep each of these for ten seconds, whatever the cache policy and the answer itself say, and give it
 * to everybody: 404 for a session that was made meanwhile.
 */
const ERRORS = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504] as const;

/** Characters at the most. */
const ORIGIN_ACCESS_CONTROL_NAME = 64;

/** Takes the prefix off, and leaves the rest of the path as it is encoded. */
const WITHOUT_PREFIX = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.slice(${API_PATH.length}) || '/';
  return request;
}`;

/** CloudFront in front of the console's files and the API. */
export function createDistribution(scope: Construct, props: ConsoleDistributionProps): Distribution {
  const headers = consoleHeaders(scope, props.signInOrigins);
  const withoutPrefix = new EdgeFunction(scope, 'WithoutPrefix', {
    comment: `Takes ${API_PATH} off the path, for the session API`,
    code: FunctionCode.fromInline(WITHOUT_PREFIX),
    runtime: FunctionRuntime.JS_2_0,
  });
  const originAccessControl = new S3OriginAccessControl(scope, 'OriginAccessControl', {
    originAccessControlName: accountWideName(scope, ORIGIN_ACCESS_CONTROL_NAME),
  });
  const distribution = new Distribution(scope, 'Distribution', {
    comment: 'Console of MQTT sessions',
    defaultRootObject: 'index.html',
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: PriceClass.PRICE_CLASS_100,
    errorResponses: ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    defaultBehavior: {
      // Under exactOptionalPropertyTypes the class does not fit its own interface.
      origin: S3BucketOrigin.withOriginAccessControl(props.bucket as IBucket, { originAccessControl }),
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: headers,
    },
    additionalBehaviors: {
      [`${API_PATH}/*`]: {
        origin: new HttpOrigin(domainOf(props.api), { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // Also the token; not the name of the host, by which API Gateway finds the API.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: headers,
        functionAssociations: [{ function: withoutPrefix, eventType: FunctionEventType.VIEWER_REQUEST }],
      },
    },
  });
  acknowledge(distribution);
  return distribution;
}

function domainOf(api: HttpApi): string {
  const { region, urlSuffix } = Stack.of(api);
  return Fn.join('', [api.apiId, '.execute-api.', region, '.', urlSuffix]);
}

function acknowledge(distribution: Distribution): void {
  const reasons = {
    CFR1: 'Operators may be anywhere; who may sign in is decided at sign-in.',
    CFR2: 'The files are public and static; the API behind is throttled and asks for a token. A web ACL is for the account to choose.',
    CFR3: 'The API logs who asked for what; logs of who fetched the static files need a bucket, which is for the account to choose.',
    CFR4: 'The address is that of CloudFront, whose own certificate allows no other setting.',
  };
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(distribution).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  }
}

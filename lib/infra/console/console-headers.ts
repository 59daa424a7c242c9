import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { accountWideName } from './account-wide-name.ts';

/** As long as browsers take for their own lists. */
const STRICT_TRANSPORT_AGE = Duration.days(730);

/** Characters at the most. */
const HEADERS_POLICY_NAME = 128;

/**
 * Headers of all that the console's address answers. Nothing runs or is shown in the page that did not come from
 * there, it talks to nobody but the API (which is at the same address) and those who sign its users in, and no
 * other page can hold it in a frame.
 */
export function consoleHeaders(scope: Construct, signInOrigins: readonly string[]): ResponseHeadersPolicy {
  const directives = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    ["connect-src 'self'", ...signInOrigins].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No text becomes markup or script, whatever code of the page tries.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return new ResponseHeadersPolicy(scope, 'Headers', {
    responseHeadersPolicyName: accountWideName(scope, HEADERS_POLICY_NAME),
    comment: 'Console of MQTT sessions',
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: directives.join('; '), override: true },
      strictTransportSecurity: {
        accessControlMaxAge: STRICT_TRANSPORT_AGE,
        includeSubdomains: true,
        override: true,
      },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        { header: 'cross-origin-resource-policy', value: 'same-origin', override: true },
        { header: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=()', override: true },
      ],
    },
  });
}

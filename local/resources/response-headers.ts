import * as z from 'zod';
import type { Resource } from '#local/template/template';
import { ignored, propertiesOf } from './properties.ts';

const override = { Override: z.literal(true) };

const policySchema = z.strictObject({
  ResponseHeadersPolicyConfig: z.strictObject({
    Name: z.string(),
    Comment: ignored,
    CustomHeadersConfig: z.optional(
      z.strictObject({
        Items: z.array(z.strictObject({ Header: z.string(), Value: z.string(), ...override })),
      }),
    ),
    SecurityHeadersConfig: z.strictObject({
      ContentSecurityPolicy: z.strictObject({ ContentSecurityPolicy: z.string(), ...override }),
      ContentTypeOptions: z.strictObject(override),
      FrameOptions: z.strictObject({ FrameOption: z.string(), ...override }),
      ReferrerPolicy: z.strictObject({ ReferrerPolicy: z.string(), ...override }),
      StrictTransportSecurity: z.strictObject({
        AccessControlMaxAgeSec: z.number(),
        IncludeSubdomains: z.boolean(),
        ...override,
      }),
    }),
  }),
});

/** The headers that an `AWS::CloudFront::ResponseHeadersPolicy` adds. */
export function headersOf(resource: Resource): Readonly<Record<string, string>> {
  const { ResponseHeadersPolicyConfig: policy } = propertiesOf(resource, policySchema);
  const security = policy.SecurityHeadersConfig;
  const { AccessControlMaxAgeSec: maxAge, IncludeSubdomains } = security.StrictTransportSecurity;
  return {
    'content-security-policy': security.ContentSecurityPolicy.ContentSecurityPolicy,
    'strict-transport-security': `max-age=${maxAge}${IncludeSubdomains ? '; includeSubDomains' : ''}`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': security.FrameOptions.FrameOption,
    'referrer-policy': security.ReferrerPolicy.ReferrerPolicy,
    ...Object.fromEntries(
      (policy.CustomHeadersConfig?.Items ?? []).map(({ Header, Value }) => [Header, Value]),
    ),
  };
}

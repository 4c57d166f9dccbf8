// An identity provider as CloudFormation makes it.
// It must not know why there is one.
import type { OidcProvider } from '../../registry/companions/model.js';
import { type Part, tagList } from './model.js';

/** Others may trust it by now, so a template that no longer has it takes it away only where that was said: the plan says so. */
export function oidcProviderPart({ id, host, audiences, thumbprints, tags }: OidcProvider): Part {
  return {
    resources: {
      [id]: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: {
          Url: `https://${host}`,
          ClientIdList: audiences,
          // IAM asks the issuer's certificate authority where there are none (IAM API reference, CreateOpenIDConnectProvider).
          ...(thumbprints.length === 0 ? {} : { ThumbprintList: thumbprints }),
          Tags: tagList(tags),
        },
      },
    },
    outputs: { [`${id}Arn`]: { Description: `ARN of the identity provider ${host}`, Value: { Ref: id } } },
  };
}

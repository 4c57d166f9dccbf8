// The root of an account: the identity providers, of which it has one for each issuer, whatever its environments.
// It must not know repositories.
import type { OidcProvider } from '../../registry/companions/model.js';
import { providersMade } from '../accounts.js';
import type { RenderedFile, RenderedRegistry } from '../model.js';
import { ownershipKeys, renderedTags } from '../settings.js';
import { attributes, block, code, membersOf, object, type Value } from './hcl.js';
import { accountImportsText } from './live.js';
import { providerNames } from './names.js';
import { backendText, providersText, rootVariables, type State, type Versions, versionsText } from './versions.js';

export function accountPath(account: string): string {
  return `accounts/${account}`;
}

export function accountRoot(
  rendered: RenderedRegistry,
  { project, state, ...versions }: Versions & { readonly project: string; readonly state: State | undefined },
): readonly RenderedFile[] {
  const { account, region } = rendered.desired;
  const { stack, providers } = providersMade(rendered);
  const names = providerNames(rendered.desired);
  const settings = { account, region: stack?.region ?? region, defaultTags: {}, ignoredTags: ownershipKeys };
  const files: readonly (readonly [string, string])[] = [
    ['backend.tf', backendText(state)],
    ['imports.tf', accountImportsText(rendered, names)],
    ['oidc.tf', providers.map((one) => providerText(one, names)).join('\n')],
    ['outputs.tf', outputsText(providers, names)],
    ['providers.tf', providersText([settings])],
    ['variables.tf', rootVariables],
    ['versions.tf', versionsText(versions)],
  ];
  return files.map(([name, content]) => ({
    path: `${accountPath(account)}/${name}`,
    text: name === 'oidc.tf' ? `${heading(project, account)}\n${content}` : content,
  }));
}

const heading = (project: string, account: string) => `\
# What account ${account} has once for ${project}, whatever its environments.
# Written by \`slipway render terraform\`: change slipway.yaml and render again, rather than this file.
`;

function providerText(
  { arn, host, audiences, thumbprints, tags }: OidcProvider,
  names: ReadonlyMap<string, string>,
): string {
  const own = renderedTags(tags);
  const settings = membersOf({
    url: `https://${host}`,
    client_id_list: audiences,
    // IAM asks the issuer's certificate authority where there are none (IAM API reference, CreateOpenIDConnectProvider).
    thumbprint_list: thumbprints.length === 0 ? undefined : thumbprints,
    tags: Object.keys(own).length === 0 ? undefined : object(own),
  });
  return `\
resource "aws_iam_openid_connect_provider" "${names.get(arn) ?? ''}" {
${attributes(settings, 1)}

  # Roles that are not in this code may trust it by now. To destroy it: \`terraform state rm\`, and look who does.
  lifecycle {
    prevent_destroy = true
  }
}
`;
}

function outputsText(providers: readonly OidcProvider[], names: ReadonlyMap<string, string>): string {
  const arns = providers.map(({ arn }): readonly [string, Value] => {
    const name = names.get(arn) ?? '';
    return [name, code(`aws_iam_openid_connect_provider.${name}.arn`)];
  });
  return block(
    'output "identity_provider_arns"',
    membersOf({ description: 'ARNs of the identity providers.', value: object(Object.fromEntries(arns)) }),
  );
}

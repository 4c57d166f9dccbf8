// Which Terraform, which provider, which state: what each root begins with.
// It must not know what a root holds.
import { attributes, code, type Member, membersOf, object, type Value } from './hcl.js';

export interface Versions {
  readonly provider: '5' | '6';
  readonly lock: string;
}

/** 6 from the version that knows exceptions of tag mutability: an older one would refuse the code. */
const providerVersions: Readonly<Record<Versions['provider'], string>> = { '5': '~> 5.80', '6': '~> 6.28' };

/** Of 5, the first that knows the scope of a registry's policy (terraform-provider-aws#40772). */
const withScope = '~> 5.83';

/** `use_lockfile` came with 1.10; `for_each` in an import block with 1.7. OpenTofu has both by the same numbers. */
export function versionsText(
  { provider, lock }: Versions,
  { scope = false }: { readonly scope?: boolean } = {},
): string {
  const version = scope && provider === '5' ? withScope : providerVersions[provider];
  return `\
terraform {
  required_version = ">= ${lock === 'lockfile' ? '1.10' : '1.7'}"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${version}"
    }
  }
}
`;
}

/** Where the state of a root is kept. */
export interface State {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  readonly lock: string;
}

/** `undefined`: beside the code. */
export function backendText(state: State | undefined): string {
  if (state === undefined) {
    return `\
# The state is a file beside the code: for one person, for a trial. A team keeps it in S3 (\`--with backend=s3\`).
terraform {
  backend "local" {
    path = "terraform.tfstate"
  }
}
`;
  }
  const { bucket, region, key, lock } = state;
  const lines = attributes(
    membersOf({
      bucket,
      key,
      region,
      encrypt: true,
      ...(lock === 'lockfile' ? { use_lockfile: true } : { dynamodb_table: bucket }),
    }),
    2,
  );
  const locking =
    lock === 'lockfile'
      ? '# One run at a time: S3 itself keeps the lock, as a file beside the state.'
      : '# One run at a time: DynamoDB keeps the lock. From Terraform 1.10 on S3 does (`--with lock=lockfile`).';
  return `${locking}\nterraform {\n  backend "s3" {\n${lines}\n  }\n}\n`;
}

export interface ProviderSettings {
  /** Absent: it is the provider of whatever names none. */
  readonly alias?: string;
  readonly region: string;
  readonly account: string;
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Tags that others keep. */
  readonly ignoredTags: readonly string[];
}

/** Of several providers, what all of them have alike is written once. */
export function providersText(all: readonly ProviderSettings[]): string {
  const tags = alike(all.map(({ defaultTags }) => defaultTags));
  const ignored = alike(all.map(({ ignoredTags }) => ignoredTags));
  const hasTags = tags !== undefined && Object.keys(tags).length > 0;
  const locals: readonly Member[] = [
    ...(hasTags ? [{ key: 'default_tags', value: object(tags), comment: 'On everything, in every Region.' }] : []),
    ...(ignored === undefined ? [] : [{ key: 'ignored_tags', value: ignored, comment: aboutIgnored }]),
  ];
  const providers = all.map((one) =>
    providerText(one, {
      tags: hasTags ? code('local.default_tags') : undefined,
      ignored: ignored === undefined ? undefined : code('local.ignored_tags'),
    }),
  );
  if (locals.length === 0) return providers.join('\n');
  return [`locals {\n${locals.map((one) => attributes([one], 1)).join('\n\n')}\n}\n`, ...providers].join('\n');
}

const aboutIgnored = "Marks that others put on what is here, Slipway's own among them: Terraform leaves them alone.";

/** What all of several are; `undefined` where they differ, or where there is one alone. */
function alike<T>([first, ...others]: readonly T[]): T | undefined {
  const text = JSON.stringify(first);
  return others.length > 0 && others.every((one) => JSON.stringify(one) === text) ? first : undefined;
}

/** The account is checked before anything is read: the credentials of another one must not find its registry empty. `shared`: what is written once. */
function providerText(
  { alias, region, account, defaultTags, ignoredTags }: ProviderSettings,
  shared: { readonly tags: Value | undefined; readonly ignored: Value | undefined },
): string {
  const tags = [{ key: 'tags', value: shared.tags ?? object(defaultTags) }];
  const ignored = [{ key: 'keys', value: shared.ignored ?? ignoredTags }];
  return `\
provider "aws" {
${attributes(membersOf({ alias, region, allowed_account_ids: [account] }), 1)}

  dynamic "assume_role" {
    for_each = var.assume_role_arn[*]
    content {
      role_arn = assume_role.value
    }
  }
${Object.keys(defaultTags).length === 0 ? '' : `\n  default_tags {\n${attributes(tags, 2)}\n  }\n`}
${shared.ignored === undefined ? `  # ${aboutIgnored}\n` : ''}\
  ignore_tags {
${attributes(ignored, 2)}
  }
}
`;
}

export const rootVariables = `\
variable "assume_role_arn" {
  description = "The role that Terraform takes in the account; null: it is there already, with the credentials at hand."
  type        = string
  default     = null

  validation {
    condition     = var.assume_role_arn == null ? true : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", var.assume_role_arn))
    error_message = "The ARN of a role looks like arn:aws:iam::123456789012:role/terraform."
  }
}
`;

// The commands that put templates to use, as a script of the shell: stacks in their order, each only as far as it changes.
// It must not know what is in a template.
import { templateLimits } from './split.js';

/** A template as it lies in the folder of its environment. */
export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  /** The name of its file. */
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  /** Whether IAM is in it, which CloudFormation wants to be told. */
  readonly capabilities: boolean;
  /** Whether it must not be deleted by a slip. */
  readonly isProtected: boolean;
  /** Identity providers that it makes unless the account has them: parameter and ARN. */
  readonly providers: readonly { readonly parameter: string; readonly arn: string }[];
}

export interface Destination {
  /** `payments in prod`. */
  readonly title: string;
  readonly account: string;
}

/** Whether CloudFormation takes the template only out of a bucket. */
export function needsBucket({ size }: Pick<DeployedStack, 'size'>): boolean {
  return size > templateLimits.inlineBytes;
}

/** One stack, deployed from the folder above its environment's; `folder` is empty within it. */
export function deployCommand({ name, region, file, capabilities, size }: DeployedStack, folder: string): string {
  return [
    `aws cloudformation deploy --stack-name ${name} --template-file ${folder}${file} --region ${region}`,
    ...(capabilities ? ['--capabilities CAPABILITY_NAMED_IAM'] : []),
    '--no-fail-on-empty-changeset',
    ...(needsBucket({ size }) ? ['--s3-bucket BUCKET'] : []),
  ].join(' ');
}

export function deployScript(stacks: readonly DeployedStack[], { title, account }: Destination): string {
  const bucket = stacks.some(needsBucket)
    ? ['# A template of more than 51,200 bytes goes by way of a bucket: add --s3-bucket BUCKET.']
    : [];
  return `${[
    '#!/usr/bin/env bash',
    `# Deploys ${title}, account ${account}. What you add goes to every \`aws cloudformation deploy\`:`,
    '# --no-execute-changeset shows what would be done, and does nothing.',
    ...bucket,
    'set -euo pipefail',
    'cd "$(dirname "$0")"',
    '',
    ...accountCheck(account),
    '',
    'deploy() { # STACK TEMPLATE REGION [ARGUMENT...]',
    '  local stack=$1 template=$2 region=$3',
    '  shift 3',
    '  echo "$stack in $region"',
    '  aws cloudformation deploy --stack-name "$stack" --template-file "$template" --region "$region" \\',
    '    --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset "$@"',
    '}',
    ...stacks.flatMap((stack) => ['', ...deploySteps(stack)]),
  ].join('\n')}\n`;
}

export function accountCheck(account: string): readonly string[] {
  return [
    'actual=$(aws sts get-caller-identity --query Account --output text)',
    `if [ "$actual" != ${account} ]; then`,
    `  echo "these credentials are of account $actual, and this is for ${account}" >&2`,
    '  exit 1',
    'fi',
  ];
}

function deploySteps({ name, region, file, isProtected, providers }: DeployedStack): readonly string[] {
  const protect = isProtected
    ? [
        '# Images die with their key.',
        'aws cloudformation update-termination-protection --enable-termination-protection \\',
        `  --stack-name ${name} --region ${region} >/dev/null`,
      ]
    : [];
  if (providers.length === 0) return [`deploy ${name} ${file} ${region} "$@"`, ...protect];
  return [
    '# An account has one provider for each issuer: one that is there before the stack stays what it is.',
    'choices=()',
    `if ! aws cloudformation describe-stacks --stack-name ${name} --region ${region} >/dev/null 2>&1; then`,
    ...providers.flatMap(({ parameter, arn }) => [
      '  if aws iam get-open-id-connect-provider \\',
      `    --open-id-connect-provider-arn ${arn} >/dev/null 2>&1; then`,
      `    choices+=(${parameter}=false)`,
      '  fi',
    ]),
    'fi',
    `deploy ${name} ${file} ${region} \${choices[@]:+--parameter-overrides "\${choices[@]}"} "$@"`,
    ...protect,
  ];
}

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
  /** Identity providers that it makes unless the account has them from elsewhere: parameter, logical id and ARN. */
  readonly providers: readonly { readonly parameter: string; readonly id: string; readonly arn: string }[];
  /** Why it is where it is among the others. */
  readonly note?: string;
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

/** `aws cloudformation deploy` asks S3 in the Region of the stack for the bucket; `{region}` stands for that. */
function needsBuckets(stacks: readonly Pick<DeployedStack, 'size' | 'region'>[]): boolean {
  return new Set(stacks.filter(needsBucket).map(({ region }) => region)).size > 1;
}

/** What people are asked for. */
export function bucketName(stacks: readonly Pick<DeployedStack, 'size' | 'region'>[]): string {
  return needsBuckets(stacks) ? "'BUCKET-{region}'" : 'BUCKET';
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
  return scriptOf([
    `# Deploys ${title}, account ${account}. What you add goes to every \`aws cloudformation deploy\`:`,
    '# --no-execute-changeset shows what would be done, and does nothing.',
    ...(stacks.some(needsBucket)
      ? [`# A template of more than 51,200 bytes goes by way of a bucket: add --s3-bucket ${bucketName(stacks)}.`]
      : []),
    ...(needsBuckets(stacks) ? ['# {region} stands for the Region of each stack: its bucket has to be there.'] : []),
    ...preamble,
    ...accountCheck(account),
    '',
    ...deployFunction(needsBuckets(stacks)),
    ...(stacks.some(({ providers }) => providers.length > 0) ? ['', ...choiceFunctions] : []),
    ...stacks.flatMap((stack) => ['', ...deploySteps(stack)]),
  ]);
}

/** A stack that repositories are taken over into. */
export interface ImportedStack {
  readonly name: string;
  readonly region: string;
  /** Both below the environment's folder. */
  readonly template: string;
  readonly resources: string;
  /** One of what is imported: where the stack has it, all is done. */
  readonly id: string;
  /** Of the template, in bytes. */
  readonly size: number;
}

/** `first`: stacks whose exports the repositories import. */
export function importScript(
  imports: readonly ImportedStack[],
  first: readonly DeployedStack[],
  { title, account }: Destination,
): string {
  const big = imports.some(needsBucket);
  const several = needsBuckets(imports);
  return scriptOf([
    `# Takes over what exists of ${title}, account ${account}, as it is: nothing changes but whose it is. deploy.sh does the rest.`,
    ...(big
      ? [
          `# Templates of more than 51,200 bytes go by way of a bucket: BUCKET=${several ? "'…-{region}'" : '…'} ./import.sh`,
        ]
      : []),
    ...(several ? ['# {region} stands for the Region of each stack: its bucket has to be there.'] : []),
    ...preamble,
    ...accountCheck(account),
    '',
    ...(first.length === 0 ? [] : [...deployFunction(false), '']),
    'take_over() { # STACK TEMPLATE RESOURCES REGION LOGICAL-ID',
    '  local stack=$1 template=$2 resources=$3 region=$4 id=$5',
    '  if aws cloudformation describe-stack-resource --stack-name "$stack" --logical-resource-id "$id" \\',
    '    --region "$region" >/dev/null 2>&1; then',
    '    echo "$stack has taken over already"',
    '    return',
    '  fi',
    '  echo "$stack in $region"',
    ...bodyLines(big, several),
    '  local change=(--stack-name "$stack" --change-set-name import --region "$region")',
    '  aws cloudformation create-change-set "${change[@]}" --change-set-type IMPORT "${body[@]}" \\',
    '    --resources-to-import "file://$resources" >/dev/null',
    '  aws cloudformation wait change-set-create-complete "${change[@]}"',
    '  aws cloudformation execute-change-set "${change[@]}"',
    '  aws cloudformation wait stack-import-complete --stack-name "$stack" --region "$region"',
    '}',
    ...first.flatMap((stack) => ['', ...deploySteps(stack)]),
    '',
    ...imports.map(({ name, region, template, resources, id }) =>
      ['take_over', name, template, resources, region, id].join(' '),
    ),
  ]);
}

/** The template itself, or where it is put for CloudFormation to take it. */
function bodyLines(big: boolean, several: boolean): readonly string[] {
  if (!big) return ['  local body=(--template-body "file://$template")'];
  if (!several)
    return [
      '  aws s3 cp --only-show-errors "$template" "s3://${BUCKET:?names the bucket for templates}/$stack.template"',
      '  local body=(--template-url "https://$BUCKET.s3.amazonaws.com/$stack.template")',
    ];
  return [
    '  local bucket=${BUCKET:?names the buckets for templates}',
    '  bucket=${bucket//\\{region\\}/$region}',
    '  aws s3 cp --only-show-errors "$template" "s3://$bucket/$stack.template" --region "$region"',
    '  local body=(--template-url "https://$bucket.s3.$region.amazonaws.com/$stack.template")',
  ];
}

/** Where StackSets go. */
export interface StackSetTargets {
  /** Accounts, or units of an organisation. */
  readonly targets: readonly string[];
  readonly regions: readonly string[];
  /** Where the StackSets themselves are. */
  readonly home: string;
}

export interface StackSetStack extends DeployedStack {
  /** Where it goes alone, and why. */
  readonly only?: { readonly region: string; readonly why: string };
}

/** An organisation's units are reached by the roles that AWS keeps for it; single accounts by those that people make. */
export function stackSetScript(
  stacks: readonly StackSetStack[],
  title: string,
  { targets, regions, home }: StackSetTargets,
): string {
  const isOrganisation = targets.some((one) => !/^\d/.test(one));
  const big = stacks.some(needsBucket);
  return scriptOf([
    `# Puts ${title} into ${targets.join(', ')}, in ${regions.join(', ')}: as StackSets, each with its stacks.`,
    isOrganisation
      ? '# For the management account of the organisation.'
      : '# For the account that has AWSCloudFormationStackSetAdministrationRole; each target has AWSCloudFormationStackSetExecutionRole.',
    '# What you add goes to every creation and update of a StackSet.',
    ...(big ? ['# Templates of more than 51,200 bytes go by way of a bucket: BUCKET=… ./deploy.sh'] : []),
    ...preamble,
    `home=${home}`,
    isOrganisation
      ? `model=(--permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=true)`
      : 'model=(--permission-model SELF_MANAGED)',
    isOrganisation
      ? `targets=(--deployment-targets OrganizationalUnitIds=${targets.join(',')})`
      : `targets=(--accounts ${targets.join(' ')})`,
    '# One account that fails ends it, before the next ones are touched.',
    'care=FailureToleranceCount=0,MaxConcurrentPercentage=25,RegionConcurrencyType=SEQUENTIAL',
    '',
    'finished() { # STACK-SET OPERATION',
    '  local status=RUNNING',
    '  while [ "$status" = RUNNING ] || [ "$status" = QUEUED ]; do',
    '    sleep 5',
    '    status=$(aws cloudformation describe-stack-set-operation --stack-set-name "$1" --operation-id "$2" \\',
    '      --query StackSetOperation.Status --output text --region "$home")',
    '  done',
    '  if [ "$status" != SUCCEEDED ]; then',
    '    echo "$1: the operation $2 ended as $status" >&2',
    '    exit 1',
    '  fi',
    '}',
    '',
    'deploy() { # STACK-SET TEMPLATE REGIONS [ARGUMENT...]',
    '  local name=$1 template=$2 regions=$3 operation',
    '  shift 3',
    '  echo "$name in $regions"',
    ...(big
      ? [
          '  aws s3 cp --only-show-errors "$template" "s3://${BUCKET:?names the bucket for templates}/$name.template"',
          '  local body=(--template-url "https://$BUCKET.s3.amazonaws.com/$name.template")',
        ]
      : ['  local body=(--template-body "file://$template")']),
    '  if aws cloudformation describe-stack-set --stack-set-name "$name" --region "$home" >/dev/null 2>&1; then',
    '    operation=$(aws cloudformation update-stack-set --stack-set-name "$name" "${body[@]}" --region "$home" \\',
    '      --capabilities CAPABILITY_NAMED_IAM --operation-preferences "$care" --query OperationId --output text "$@")',
    '    finished "$name" "$operation"',
    '  else',
    '    aws cloudformation create-stack-set --stack-set-name "$name" "${body[@]}" --region "$home" \\',
    '      --capabilities CAPABILITY_NAMED_IAM "${model[@]}" --managed-execution Active=true "$@" >/dev/null',
    '  fi',
    '  # Stacks that are there already stay.',
    '  # shellcheck disable=SC2086 # Regions are several words.',
    '  operation=$(aws cloudformation create-stack-instances --stack-set-name "$name" "${targets[@]}" --regions $regions \\',
    '    --operation-preferences "$care" --query OperationId --output text --region "$home")',
    '  finished "$name" "$operation"',
    '}',
    ...stacks.flatMap(({ name, file, only, providers }) => [
      '',
      ...(only === undefined ? [] : [`# ${only.why}`]),
      ...providers.map(
        ({ parameter }) =>
          `# Where an account has the provider already: create-stack-instances --parameter-overrides ParameterKey=${parameter},ParameterValue=false`,
      ),
      `deploy ${name} ${file} "${(only === undefined ? regions : [only.region]).join(' ')}" "$@"`,
    ]),
  ]);
}

const preamble = ['set -euo pipefail', 'cd "$(dirname "$0")"', ''];

function deployFunction(inTheirBuckets: boolean): readonly string[] {
  return [
    'deploy() { # STACK TEMPLATE REGION [ARGUMENT...]',
    '  local stack=$1 template=$2 region=$3',
    '  shift 3',
    '  echo "$stack in $region"',
    '  aws cloudformation deploy --stack-name "$stack" --template-file "$template" --region "$region" \\',
    `    --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset ${inTheirBuckets ? '"${@//\\{region\\}/$region}"' : '"$@"'}`,
    '}',
  ];
}

/**
 * Whether a stack makes a provider. What an earlier deployment chose would stay, so both answers are said. A provider that has left the stack may still be
 * among its resources, as deleted or as skipped.
 */
const choiceFunctions = [
  '# What AWS says of something; nothing where it says that there is no such thing. Any other error ends the script.',
  'ask() { # SERVICE OPERATION [ARGUMENT...]',
  '  local answer',
  '  if answer=$(aws "$@" --output text 2>&1); then',
  '    echo "$answer"',
  "  elif [[ $answer != *'(NoSuchEntity)'* && $answer != *'(ValidationError)'*'does not exist'* ]]; then",
  '    echo "$answer" >&2',
  '    exit 1',
  '  fi',
  '}',
  '',
  '# An account has one provider for each issuer: the stack makes it unless it is there, and keeps it where it is its own.',
  'choose() { # STACK REGION PARAMETER LOGICAL-ID ARN',
  '  local held there create=true',
  '  held=$(ask cloudformation describe-stack-resource --stack-name "$1" --region "$2" --logical-resource-id "$4" \\',
  '    --query StackResourceDetail.ResourceStatus)',
  '  case $held in',
  "    '' | *CREATE_FAILED* | *DELETE_*)",
  '      there=$(ask iam get-open-id-connect-provider --open-id-connect-provider-arn "$5" --query Url)',
  '      if [ -n "$there" ]; then create=false; fi',
  '      ;;',
  '  esac',
  '  choices+=("$3=$create")',
  '}',
];

function scriptOf(lines: readonly string[]): string {
  return `${['#!/usr/bin/env bash', ...lines].join('\n')}\n`;
}

function accountCheck(account: string): readonly string[] {
  return [
    'actual=$(aws sts get-caller-identity --query Account --output text)',
    `if [ "$actual" != ${account} ]; then`,
    `  echo "these credentials are of account $actual, and this is for ${account}" >&2`,
    '  exit 1',
    'fi',
  ];
}

function deploySteps({ name, region, file, isProtected, providers, note }: DeployedStack): readonly string[] {
  const protect = isProtected
    ? [
        '# Images die with their key.',
        'aws cloudformation update-termination-protection --enable-termination-protection \\',
        `  --stack-name ${name} --region ${region} >/dev/null`,
      ]
    : [];
  const first = note === undefined ? [] : [`# ${note}`];
  if (providers.length === 0) return [...first, `deploy ${name} ${file} ${region} "$@"`, ...protect];
  return [
    ...first,
    'choices=()',
    ...providers.map(({ parameter, id, arn }) => `choose ${name} ${region} ${parameter} ${id} ${arn}`),
    `deploy ${name} ${file} ${region} --parameter-overrides "\${choices[@]}" "$@"`,
    ...protect,
  ];
}

// Roles that platforms pull images with: ECS, the nodes and Fargate pods of EKS, another account's deployment.
// It must not know how a role is made.
import { checkGrantee, principalOf } from '../../access/index.js';
import type { PolicyDocument, Statement } from '../../access/model.js';
import { pullActions } from '../../access/names.js';
import { rootArn } from '../../access/normalise.js';
import type { PullRoleSpec } from '../../manifest/project.js';
import type { DesiredRepository } from '../model.js';
import { byText, sortedSet } from '../normalise.js';
import type { Place } from '../place.js';
import { arnsEverywhere, type CompanionContext, type CompanionDefinition, resourceId } from './context.js';
import type { PullRole } from './model.js';
import { roleBasics } from './role.js';

const version = '2012-10-17';

type Trust = readonly Omit<Statement, 'Effect' | 'Action'>[];

interface Use {
  readonly description: string;
  /** `regions`: that of the place first, then those of the replicas. */
  readonly trust: (
    spec: PullRoleSpec,
    place: Place,
    report: (path: string, message: string) => void,
    regions: readonly string[],
  ) => Trust;
  /** Names of AWS's own policies. */
  readonly managed: readonly string[];
}

/** A service acts for whoever asks it: each trust says for which account and resources (the confused deputy). */
function service(name: string, place: Place, sourceArns: readonly string[]): Trust {
  const [only] = sourceArns;
  const Condition = {
    StringEquals: { 'aws:SourceAccount': place.account },
    ArnLike: { 'aws:SourceArn': sourceArns.length === 1 && only !== undefined ? only : sortedSet(sourceArns) },
  };
  return [{ Principal: { Service: `${name}.amazonaws.com` }, Condition }];
}

const uses: Readonly<Record<PullRole['use'], Use>> = {
  // ECS developer guide, "Amazon ECS task execution IAM role".
  'ecs-task-execution': {
    description: 'ECS starts tasks with it',
    trust: (_, place, _report, regions) =>
      service(
        'ecs-tasks',
        place,
        regions.map((region) => `arn:${place.partition}:ecs:${region}:${place.account}:*`),
      ),
    managed: [],
  },
  // EKS user guide, "Amazon EKS node IAM role". EC2 takes a role for the instance itself, and knows no source of it.
  'eks-node': {
    description: 'nodes of EKS pull images with it',
    trust: () => [{ Principal: { Service: 'ec2.amazonaws.com' } }],
    managed: ['AmazonEC2ContainerRegistryPullOnly', 'AmazonEKSWorkerNodePolicy'],
  },
  // EKS user guide, "Amazon EKS Pod execution IAM role".
  'eks-fargate-pod': {
    description: 'EKS on Fargate pulls images with it',
    trust: ({ cluster = '*' }, place, _report, regions) =>
      service(
        'eks-fargate-pods',
        place,
        regions.map((region) => `arn:${place.partition}:eks:${region}:${place.account}:fargateprofile/${cluster}/*`),
      ),
    managed: ['AmazonEKSFargatePodExecutionRolePolicy'],
  },
  deploy: {
    description: 'deployments pull images with it',
    trust: deployTrust,
    managed: [],
  },
};

function deployTrust(
  { trusted = [], externalId }: PullRoleSpec,
  place: Place,
  report: (path: string, message: string) => void,
): Trust {
  const named: string[] = [];
  const organizations: string[] = [];
  trusted.forEach((grantee, index) => {
    const path = `trusted.${index}`;
    if (checkGrantee(grantee, path).length > 0) return report(path, 'is no principal that may take a role');
    const principal = principalOf(grantee, path);
    if (principal.kind === 'account') named.push(rootArn(principal.account, place.partition));
    else if (principal.kind === 'role' || principal.kind === 'user') named.push(principal.arn);
    else if (principal.kind === 'org') organizations.push(principal.id);
    else report(path, `${principal.kind} takes no role of deployments: name an account, a role, a user or an org`);
  });
  const condition = (keys: Readonly<Record<string, string | readonly string[]>>) =>
    Object.keys(keys).length === 0 ? {} : { Condition: { StringEquals: keys } };
  const external = externalId === undefined ? {} : { 'sts:ExternalId': externalId };
  return [
    ...(named.length === 0 ? [] : [{ Principal: { AWS: sortedSet(named) }, ...condition(external) }]),
    ...(organizations.length === 0
      ? []
      : [
          {
            Principal: '*' as const,
            ...condition({ 'aws:PrincipalOrgID': sortedSet(organizations), ...external }),
          },
        ]),
  ];
}

export const pullRole: CompanionDefinition<PullRole> = {
  stack: 'environment',
  derive(context) {
    return Object.entries(context.spec.pullRoles ?? {})
      .sort(([one], [other]) => byText(one, other))
      .flatMap(([key, spec]) => roleOf(key, spec, context));
  },
};

function roleOf(key: string, spec: PullRoleSpec, context: CompanionContext): readonly PullRole[] {
  const { place, owner, tags } = context;
  const use = uses[spec.for];
  const at = `pullRoles.${key}`;
  const report = (path: string, message: string) => context.report(`${at}.${path}`, message);
  for (const [field, only] of [
    ['trusted', 'deploy'],
    ['cluster', 'eks-fargate-pod'],
  ] as const) {
    if (spec[field] !== undefined && spec.for !== only) report(field, `${field} goes with \`for: ${only}\` alone`);
  }
  if (spec.for === 'deploy' && (spec.trusted ?? []).length === 0) {
    context.report(at, `"${key}" is for deployments and trusts nobody: name them in \`trusted\``);
    return [];
  }
  const repositories = selected(spec, context.repositories, report);
  if (repositories.length === 0) return [];
  const basics = roleBasics(key, context);
  const managed = spec.managedPolicies ?? use.managed.map((name) => `arn:${place.partition}:iam::aws:policy/${name}`);
  return [
    {
      kind: 'pull-role',
      id: resourceId('PullRole', key),
      title: `role ${basics.name}`,
      from: [`companions.${at}`],
      key,
      use: spec.for,
      ...basics,
      description: `Pulls images of ${owner.project} in ${owner.environment}: ${use.description}`,
      // Only sessions of CI are long by choice; services renew theirs.
      maxSessionSeconds: 3600,
      trust: {
        Version: version,
        Statement: use
          .trust(spec, place, report, [place.region, ...context.replicas])
          .map((one) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...one })),
      },
      permissions: pullPolicy(repositories.flatMap(({ name }) => arnsEverywhere(context, name))),
      managedPolicies: sortedSet(managed),
      tags,
    },
  ];
}

function selected(
  { repositories: patterns }: PullRoleSpec,
  repositories: readonly DesiredRepository[],
  report: (path: string, message: string) => void,
): readonly DesiredRepository[] {
  if (patterns === undefined) return repositories;
  const fits = patterns.map((pattern) => {
    const source = pattern.split('*').map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    return new RegExp(`^${source.join('.*')}$`);
  });
  const chosen = ({ key, name }: DesiredRepository) => fits.map((one) => one.test(key) || one.test(name));
  patterns.forEach((pattern, index) => {
    if (!repositories.some((one) => chosen(one)[index]))
      report(`repositories.${index}`, `no repository matches "${pattern}"`);
  });
  return repositories.filter((one) => chosen(one).includes(true));
}

/** Logging in has no resource but `*` (Service Authorization Reference); everything else names repositories. */
function pullPolicy(arns: readonly string[]): PolicyDocument {
  return {
    Version: version,
    Statement: [
      { Sid: 'LogIn', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      { Sid: 'Pull', Effect: 'Allow', Action: [...pullActions], Resource: sortedSet(arns) },
    ],
  };
}

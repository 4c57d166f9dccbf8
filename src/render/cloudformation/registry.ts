// What a registry has once as a template: its policy, and the rules by which ECR copies images to other Regions.
// It must not know repositories, nor how a template is written down.
import { diffStatements, type PolicyDocument, parsePolicy, policyText } from '../../access/index.js';
import type { DesiredRegistry, ReplicationRule } from '../../registry/index.js';
import type { LiveSettings, RenderedRegistry, SharedRegistry } from '../model.js';
import {
  type RegistrySettings,
  type ReplicationDocument,
  registrySettings,
  sharedSettings,
} from '../registry-settings.js';
import type { StackTemplate } from './companions.js';
import type { Import } from './import.js';
import type { Json, TemplateResource } from './model.js';
import { portable } from './portable.js';

export interface RegistryTemplate extends StackTemplate {
  readonly settings: RegistrySettings;
  /** Whether it is of several environments, and stands beside them. */
  readonly isShared: boolean;
}

/** Logical ids: of one, a template never has a second. */
export const registryIds = { policy: 'RegistryPolicy', replication: 'ReplicationConfiguration' } as const;

/** Undefined where the registry has nothing to say. Of the environment's own registry: what is copied from there, and who may do what there. */
export function registryTemplate(rendered: RenderedRegistry): RegistryTemplate | undefined {
  const { owner } = rendered.desired;
  return templateOf(registrySettings(rendered), rendered.desired, {
    name: `slipway-registry-${owner.project}-${owner.environment}`,
    description: `What the registry of ${owner.project} in ${owner.environment} has once`,
    isShared: false,
  });
}

/** The same of a registry that several environments share. Its name is none that an environment's has, whatever projects are called. */
export function sharedTemplate(shared: SharedRegistry): RegistryTemplate | undefined {
  const [first] = shared.of;
  const { project } = first.owner;
  return templateOf(sharedSettings(shared), first, {
    name: `slipway-shared-registry-${project}`,
    description: `What the registry of ${project} in ${first.region} has once, for the environments that share it`,
    isShared: true,
  });
}

interface StackNames {
  readonly name: string;
  readonly description: string;
  readonly isShared: boolean;
}

function templateOf(
  settings: RegistrySettings,
  desired: DesiredRegistry,
  { name, description, isShared }: StackNames,
): RegistryTemplate | undefined {
  const { policy, replication } = settings;
  if (policy === undefined && replication === undefined) return undefined;
  return {
    name,
    region: desired.region,
    file: 'registry',
    template: {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: description,
      Resources: {
        ...(policy === undefined
          ? {}
          : { [registryIds.policy]: policyResource(policy.document, policy.others.length > 0, desired) }),
        ...(replication === undefined
          ? {}
          : {
              [registryIds.replication]: rulesResource(replication.rules, hasRulesOfOthers(replication), desired),
            }),
      },
    },
    comments: commentsOn(settings),
    settings,
    isShared,
  };
}

export function hasRulesOfOthers({ rules, ours }: ReplicationDocument): boolean {
  return rules.length > ours.length;
}

/**
 * What others have in it, they need when our stack is gone; what is ours alone goes with it. What replaces it, which no change asks for,
 * would be the same document of the same registry: the old one must not be taken away after that.
 */
function resourceOf(type: string, isShared: boolean, properties: TemplateResource['Properties']): TemplateResource {
  return {
    Type: type,
    DeletionPolicy: isShared ? 'RetainExceptOnCreate' : 'Delete',
    UpdateReplacePolicy: 'Retain',
    Properties: properties,
  };
}

function policyResource(document: PolicyDocument, isShared: boolean, registry: DesiredRegistry): TemplateResource {
  const text = JSON.parse(policyText(document)) as Json;
  return resourceOf('AWS::ECR::RegistryPolicy', isShared, { PolicyText: portable(text, registry) });
}

function rulesResource(
  rules: readonly ReplicationRule[],
  isShared: boolean,
  { account }: DesiredRegistry,
): TemplateResource {
  return resourceOf('AWS::ECR::ReplicationConfiguration', isShared, {
    ReplicationConfiguration: {
      Rules: rules.map(({ destinations, repositoryFilters }) => ({
        Destinations: destinations.map((one) => ({
          Region: one.region,
          RegistryId: one.registryId === account ? { Ref: 'AWS::AccountId' } : one.registryId,
        })),
        ...(repositoryFilters === undefined
          ? {}
          : {
              RepositoryFilters: repositoryFilters.map(({ filter, filterType }) => ({
                Filter: filter,
                FilterType: filterType,
              })),
            }),
      })),
    },
  });
}

function commentsOn({ policy, replication }: RegistrySettings): ReadonlyMap<string, string> {
  const of = (what: string, isShared: boolean) =>
    isShared
      ? `It stays when its stack goes, or when it leaves this template: ${what} of others are in it as they were found.`
      : `It goes with its stack, or when it leaves this template: all ${what} in it are those of the manifest.`;
  return new Map([
    [
      'Resources',
      [
        'A registry has one of each, and CloudFormation writes it whole: what others add goes with its next change. One that is',
        'there before its stack has to be imported, with `slipway render --import`; a StackSet cannot do that, and fails.',
      ].join('\n'),
    ],
    ...(policy === undefined
      ? []
      : [[`Resources/${registryIds.policy}`, of('statements', policy.others.length > 0)] as const]),
    ...(replication === undefined
      ? []
      : [
          [
            `Resources/${registryIds.replication}`,
            [
              of('rules', hasRulesOfOthers(replication)),
              'The repositories have to be in the other Regions before: where ECR finds none it makes one, with settings of its own.',
            ].join('\n'),
          ] as const,
        ]),
  ]);
}

/** What is there already, as it is; undefined where nothing is. */
export function registryImport(
  stack: RegistryTemplate,
  desired: DesiredRegistry,
  live: LiveSettings,
): Import<RegistryTemplate> | undefined {
  const found = {
    [registryIds.policy]: livePolicy(stack, desired, live),
    [registryIds.replication]: liveRules(stack, desired, live),
  };
  const coming = Object.entries(found).flatMap(([id, resource]) =>
    resource === undefined ? [] : [[id, resource] as const],
  );
  if (coming.length === 0) return undefined;
  return {
    stack,
    template: { ...stack.template, Resources: Object.fromEntries(coming) },
    resources: coming.map(([id, { Type }]) => ({
      ResourceType: Type,
      LogicalResourceId: id,
      ResourceIdentifier: { RegistryId: desired.account },
    })),
  };
}

/** What means the same is said in the same words. */
function livePolicy(
  { template: { Resources }, settings: { policy } }: RegistryTemplate,
  desired: DesiredRegistry,
  { policy: text }: LiveSettings,
): TemplateResource | undefined {
  const wanted = Resources[registryIds.policy];
  if (wanted === undefined || policy === undefined || text === undefined) return undefined;
  const live = parsePolicy(text, 'registry');
  const { partition } = desired;
  return diffStatements(live.Statement, policy.document.Statement, { partition }).length === 0
    ? wanted
    : { ...wanted, Properties: policyResource(live, false, desired).Properties };
}

function liveRules(
  { template: { Resources } }: RegistryTemplate,
  desired: DesiredRegistry,
  { replication: rules = [] }: LiveSettings,
): TemplateResource | undefined {
  const wanted = Resources[registryIds.replication];
  if (wanted === undefined || rules.length === 0) return undefined;
  return { ...wanted, Properties: rulesResource(rules, false, desired).Properties };
}

// The stacks of companions as people deploy them: the resources that `slipway apply` would make, under the same names, fit for any account.
// It must not know repositories, nor how a template is written down.
import type { CompanionStack, OidcProvider, StackKind } from '../../registry/companions/model.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { renderedTags } from '../settings.js';
import type { Json, Template, TemplateOutput, TemplateParameter, TemplateResource } from './model.js';
import { portable, regionalName } from './portable.js';
import { templateOf } from './template.js';

export interface StackTemplate {
  /** As `slipway apply` calls it, so that either goes on where the other has ended. */
  readonly name: string;
  readonly region: string;
  /** The name of its file, without an ending. */
  readonly file: string;
  readonly template: Template;
  /** By path within the template. */
  readonly comments: ReadonlyMap<string, string>;
}

/** A parameter of the account's stack that says whether it makes a provider. */
interface ProviderChoice {
  readonly parameter: string;
  /** Of the provider within the stack. */
  readonly id: string;
  readonly host: string;
  readonly arn: string;
}

export interface CompanionTemplate extends StackTemplate {
  readonly kind: StackKind;
  readonly providers: readonly ProviderChoice[];
  /** Roles whose names are the same in every Region. */
  readonly oneRegion: readonly string[];
}

/** What the key of an environment is exported as: one in each account and Region. */
export function keyExport({ owner }: DesiredRegistry): string {
  return `slipway-key-${owner.project}-${owner.environment}-KeyArn`;
}

/** In the order in which they are deployed. Providers that somebody else keeps are in none. */
export function companionTemplates(registry: DesiredRegistry): readonly CompanionTemplate[] {
  return registry.companions.flatMap((stack) => {
    const resources = stack.resources
      .filter((one) => one.kind !== 'oidc-provider' || !one.existing)
      .map((one) => ({ ...one, tags: renderedTags(one.tags) }));
    const made = templateOf({ ...stack, resources }, registry);
    if (made === undefined) return [];
    const { kind, name, region } = stack;
    const providers = resources.filter((one) => one.kind === 'oidc-provider');
    const all = { ...fit(made, registry), Description: descriptionOf(stack, registry) };
    const oneRegion = resources.flatMap((one) =>
      (one.kind === 'ci-role' || one.kind === 'pull-role') && regionalName(one.name, registry.region) === undefined
        ? [one.name]
        : [],
    );
    const head = { kind, name, region, file: files[kind], providers: providers.map(choiceOf), oneRegion };
    if (kind === 'account') return [{ ...head, ...withChoices(all, providers) }];
    if (kind === 'key') return [{ ...head, ...withExport(all, keyExport(registry)) }];
    const outputs = { ...all.Outputs };
    for (const one of resources) {
      // The name of a role has its Region in it, which is known only where it is deployed.
      const output = outputs[`${one.id}Arn`];
      if ('key' in one && output !== undefined)
        outputs[`${one.id}Arn`] = { ...output, Description: `ARN of the role for ${one.key}` };
    }
    return [{ ...head, template: { ...all, Outputs: outputs }, comments: new Map<string, string>() }];
  });
}

const files = { account: 'account', key: 'key', environment: 'roles' } as const;

function descriptionOf({ kind }: CompanionStack, { owner: { project, environment } }: DesiredRegistry): string {
  if (kind === 'account') return `What an account has once for ${project}`;
  return kind === 'key'
    ? `The key of ${project} in ${environment}; images die with it`
    : `Roles of ${project} in ${environment}`;
}

function fit(template: Template, registry: DesiredRegistry): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => [id, fitResource(resource, registry)]);
  return { ...template, Resources: Object.fromEntries(resources) as Template['Resources'] };
}

function fitResource(resource: TemplateResource, registry: DesiredRegistry): TemplateResource {
  const properties = portable(resource.Properties, registry) as TemplateResource['Properties'];
  const { RoleName: name } = resource.Properties;
  const regional = typeof name === 'string' ? regionalName(name, registry.region) : undefined;
  return { ...resource, Properties: { ...properties, ...(regional === undefined ? {} : { RoleName: regional }) } };
}

function choiceOf({ id, host, arn }: OidcProvider): ProviderChoice {
  return { parameter: `Create${id}`, id, host, arn };
}

/** An account has one provider for each issuer, which may be there already. */
function withChoices(
  template: Template,
  providers: readonly OidcProvider[],
): Pick<StackTemplate, 'template' | 'comments'> {
  const parameters: Record<string, TemplateParameter> = {};
  const conditions: Record<string, Json> = {};
  const resources: Record<string, TemplateResource> = { ...template.Resources };
  const outputs: Record<string, TemplateOutput> = { ...template.Outputs };
  const comments = new Map<string, string>();
  for (const provider of providers) {
    const { parameter, host } = choiceOf(provider);
    const condition = `Makes${provider.id}`;
    parameters[parameter] = {
      Type: 'String',
      Description: `Whether to make the identity provider ${host}. false where the account has it already`,
      Default: 'true',
      AllowedValues: ['true', 'false'],
    };
    conditions[condition] = { 'Fn::Equals': [{ Ref: parameter }, 'true'] };
    const [resource, output] = [resources[provider.id], outputs[`${provider.id}Arn`]];
    if (resource !== undefined) {
      // Others may trust it by the time this stack goes.
      resources[provider.id] = {
        Type: resource.Type,
        Condition: condition,
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: resource.Properties,
      };
      comments.set(`Resources/${provider.id}`, 'It stays when the stack goes: roles of others may trust it by then.');
    }
    if (output !== undefined) outputs[`${provider.id}Arn`] = { Condition: condition, ...output };
  }
  const { AWSTemplateFormatVersion, Description } = template;
  return {
    template: {
      AWSTemplateFormatVersion,
      Description,
      Parameters: parameters,
      Conditions: conditions,
      Resources: resources,
      Outputs: outputs,
    },
    comments,
  };
}

function withExport(template: Template, name: string): Pick<StackTemplate, 'template' | 'comments'> {
  const outputs = Object.entries(template.Outputs ?? {}).map(([id, output]) => [
    id,
    id === 'KeyArn' ? { ...output, Export: { Name: name } } : output,
  ]);
  return {
    template: { ...template, Outputs: Object.fromEntries(outputs) as Readonly<Record<string, TemplateOutput>> },
    comments: new Map([
      ['Resources/Key', 'It stays when the stack goes: images die with their key.'],
      [
        'Outputs/KeyArn',
        'CloudFormation refuses to take the key away as long as a stack of repositories imports this.',
      ],
    ]),
  };
}

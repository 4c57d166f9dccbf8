// The repositories of an environment as stacks of the app: one, or as many as it takes.
// It must not know companions but by what their key is called.
import { isKnown } from '../../registry/companions/model.js';
import type { RepositoriesTemplate } from '../cloudformation/repositories.js';
import type { RepositoryPart } from '../cloudformation/repository.js';
import { templateLimits } from '../cloudformation/split.js';
import { keyArnOf } from '../settings.js';
import { code, type Expression, literal, statement } from '../typescript.js';
import { type Common, type Place, statementsOf } from './environment.js';
import { className } from './names.js';
import { construct, type StackModule, stackModule } from './stack.js';
import { imageRule, statementProps, tagsProp } from './values.js';

export interface RepositoriesModule extends StackModule {
  readonly template: RepositoriesTemplate;
  /** Whether its constructor takes the stack of the key. */
  readonly hasKey: boolean;
}

export function repositoriesModule(
  template: RepositoriesTemplate,
  place: Place,
  common: Common,
  { key, isCopied }: { readonly key: StackModule | undefined; readonly isCopied: boolean },
): RepositoriesModule {
  const { prefix, id, title, folder, library, desired } = place;
  const { name, file, parts } = template;
  const hasKey = key !== undefined && parts.some(usesKey);
  const constructs = parts.map((part) => repositoryStatement(part, place, common));
  const text = constructs.join('\n');
  const shared = ['access', 'environment', 'lifecycleRules'].filter(
    (one) => one === 'environment' || new RegExp(`^ {6}${one},$`, 'm').test(text),
  );
  const module = stackModule({
    className: `${prefix}${className(file)}Stack`,
    id: `${id}-${file}`,
    path: `${folder}${file}.ts`,
    title: `Repositories of ${title}.`,
    summary: `Container images of ${title}${isCopied ? ', and the same in its replicas' : ''}.`,
    parameters: [...(hasKey ? [`key: ${key.className}`] : []), ...(isCopied ? [`region = '${desired.region}'`] : [])],
    ...(isCopied
      ? { idOf: code(`region === '${desired.region}' ? '${id}-${file}' : \`${id}--\${region}-${file}\``) }
      : {}),
    props: {
      env: isCopied ? literal({ account: desired.account, region: code('region') }) : undefined,
      stackName: name,
      description: template.template.Description,
    },
    inEnvironment: true,
    statements: [
      ...(hasKey ? ['    this.addStackDependency(key);'] : []),
      ...constructs,
      ...(parts.length > templateLimits.outputs ? [] : ['    this.outputUris();']),
    ],
    imported: [
      { module: library, names: ['ContainerRepository', 'RegistryStack'] },
      { module: './environment', names: shared },
      ...(hasKey ? [{ module: './key', names: [`type ${key.className}`] }] : []),
    ],
  });
  return { ...module, template, hasKey };
}

function usesKey({ repository: { encryption } }: RepositoryPart): boolean {
  return encryption.kmsKey !== undefined && !isKnown(encryption.kmsKey);
}

function repositoryStatement(part: RepositoryPart, { desired, tags }: Place, common: Common): string {
  const { repository } = part;
  const { name, tagMutability, encryption, scanOnPush, forceDelete, lifecyclePolicy } = repository;
  const isMutable = tagMutability.mode.startsWith('MUTABLE');
  const access = statementsOf(part);
  const made = construct('ContainerRepository', part.id, {
    repositoryName: name,
    tagMutability: isMutable ? code('ecr.TagMutability.MUTABLE') : undefined,
    tagExceptions: tagMutability.exclusions.length === 0 ? undefined : tagMutability.exclusions,
    scanOnPush: scanOnPush ? undefined : false,
    encryption:
      encryption.type === 'AES256'
        ? undefined
        : literal({ encryptionType: encryption.type, kmsKey: keyOf(part, desired) }),
    lifecycleRules:
      lifecyclePolicy == null
        ? undefined
        : JSON.stringify(lifecyclePolicy.rules) === common.rules
          ? code('lifecycleRules')
          : lifecyclePolicy.rules.map(imageRule),
    access:
      access.length === 0
        ? undefined
        : JSON.stringify(access) === common.access
          ? code('access')
          : access.map((one) => statementProps(one)),
    forceDelete: forceDelete ? true : undefined,
    tags: tagsProp(repository.tags, tags),
  });
  return `${commentOn(part)}${statement(made, 2)}`;
}

function keyOf({ repository: { encryption } }: RepositoryPart, desired: Place['desired']): Expression | undefined {
  const { kmsKey } = encryption;
  if (kmsKey === undefined) return undefined;
  return isKnown(kmsKey) ? keyArnOf(kmsKey, desired) : code('key.importedArn');
}

/** What has no lifecycle policy says so, since it is seldom meant. */
function commentOn({ repository: { lifecyclePolicy } }: RepositoryPart): string {
  if (lifecyclePolicy === null) return '    // No lifecycle policy: images stay until somebody deletes them.\n';
  if (lifecyclePolicy === undefined)
    return '    // Somebody else keeps the lifecycle policy, and CloudFormation takes it away when it changes the repository.\n';
  return '';
}

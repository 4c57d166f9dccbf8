// What stands beside the repositories as stacks of the app: the key and the roles of an environment, the identity providers of an account.
// It must not know repositories but by their names.
import type { CiRole, EncryptionKey, PullRole } from '../../registry/companions/model.js';
import { issuerName } from '../../registry/companions/oidc-provider.js';
import { type DesiredRegistry, repositoryOfArn } from '../../registry/index.js';
import { type CompanionTemplate, keyExport } from '../cloudformation/companions.js';
import { keyPolicyOf } from '../key-policy.js';
import { call, code, constant, literal, statement } from '../typescript.js';
import type { Place } from './environment.js';
import { variable } from './names.js';
import { construct, type StackModule, stackModule } from './stack.js';
import { statementProps, tagsProp, type Words } from './values.js';

type Role = CiRole | PullRole;

export function keyModule(template: CompanionTemplate, key: EncryptionKey, place: Place): StackModule {
  const { prefix, id, title, folder, library, desired, tags } = place;
  const made = construct('RegistryKey', key.id, {
    alias: key.alias,
    description: key.description,
    policy: keyPolicyOf(key, desired).Statement.map((one) => statementProps(one)),
    rotationPeriod: call('Duration.days', key.rotationPeriodDays),
    pendingWindow: call('Duration.days', key.deletionWindowDays),
    exportName: keyExport(desired),
    tags: tagsProp(key.tags, tags),
  });
  return stackModule({
    className: `${prefix}KeyStack`,
    id: `${id}-key`,
    path: `${folder}key.ts`,
    title: `The key of ${title}.`,
    summary: `The key of ${title}. Images die with it, so that the stack is protected.`,
    members: ['/** For repositories in the same account and Region. */\n  readonly importedArn: string;'],
    props: {
      stackName: template.name,
      description: template.template.Description,
      terminationProtection: true,
    },
    inEnvironment: true,
    statements: [`    const key = ${statement(made, 2).trimStart()}\n    this.importedArn = key.importedArn;`],
    imported: [
      { module: library, names: ['RegistryKey', 'RegistryStack'] },
      { module: './environment', names: ['environment'] },
    ],
  });
}

export function rolesModule(template: CompanionTemplate, roles: readonly Role[], place: Place): StackModule {
  const { prefix, id, title, folder, library, desired, tags } = place;
  const { words, constants } = wordsOf(roles, desired);
  return stackModule({
    className: `${prefix}RolesStack`,
    id: `${id}-roles`,
    path: `${folder}roles.ts`,
    title: `Roles of ${title}.`,
    summary: `Roles that images of ${title} are pushed and pulled with.`,
    constants,
    props: { stackName: template.name, description: template.template.Description },
    inEnvironment: true,
    statements: roles.map((role) =>
      statement(
        construct('RegistryRole', role.id, {
          roleName: role.name,
          path: role.path === '/' ? undefined : role.path,
          description: role.description,
          trust: role.trust.Statement.map((one) => statementProps(one, words)),
          permissions: role.permissions.Statement.map((one) => statementProps(one, words)),
          managedPolicies: role.managedPolicies.length === 0 ? undefined : role.managedPolicies,
          permissionsBoundary: role.permissionsBoundary,
          maxSessionDuration:
            role.maxSessionSeconds === 3600 ? undefined : call('Duration.minutes', role.maxSessionSeconds / 60),
          tags: tagsProp(role.tags, tags),
        }),
        2,
      ),
    ),
    imported: [
      { module: library, names: ['RegistryRole', 'RegistryStack'] },
      { module: './environment', names: ['environment'] },
    ],
  });
}

/** Names for what many statements are about: identity providers, and repositories of the registry. */
function wordsOf(
  roles: readonly Role[],
  desired: DesiredRegistry,
): { readonly words: Words; readonly constants: readonly string[] } {
  const all = JSON.stringify(roles.map(({ trust, permissions }) => [trust, permissions]));
  const providers = new Map(
    desired.companions
      .flatMap(({ resources }) => resources)
      .flatMap((one) =>
        one.kind === 'oidc-provider' && all.includes(JSON.stringify(one.arn))
          ? [[one.arn, variable(issuerName(one.host))] as const]
          : [],
      ),
  );
  const start = `arn:${desired.partition}:ecr:${desired.region}:${desired.account}:repository/`;
  return {
    words: {
      principal: (arn) => {
        const name = providers.get(arn);
        return name === undefined ? undefined : code(name);
      },
      resource: (arn) => {
        const name = repositoryOfArn(desired, arn);
        return name === undefined ? undefined : call('repository', name);
      },
    },
    constants: [
      ...[...providers].map(([arn, name]) => constant(`const ${name}`, call('new iam.FederatedPrincipal', arn))),
      ...(all.includes(`"${start}`) ? [`const repository = (name: string) => \`${start}\${name}\`;`] : []),
    ],
  };
}

export function accountModule(
  project: string,
  template: CompanionTemplate,
  { account, companions }: DesiredRegistry,
): StackModule {
  const providers = companions
    .filter(({ kind }) => kind === 'account')
    .flatMap(({ resources }) => resources)
    .flatMap((one) => (one.kind === 'oidc-provider' && !one.existing ? [one] : []));
  return stackModule({
    className: `Account${account}Stack`,
    id: `account-${account}`,
    path: `lib/accounts/${account}.ts`,
    title: `What account ${account} has once for ${project}, whatever its environments.`,
    summary: 'The identity providers of CI systems, of which an account has one for each issuer.',
    props: {
      env: literal({ account, region: template.region }),
      stackName: template.name,
      description: template.template.Description,
      terminationProtection: true,
    },
    inEnvironment: false,
    statements: providers.map((one) =>
      statement(
        construct('CiProvider', one.id, {
          url: `https://${one.host}`,
          audiences: one.audiences,
          thumbprints: one.thumbprints.length === 0 ? undefined : one.thumbprints,
          tags: tagsProp(one.tags, {}),
        }),
        2,
      ),
    ),
    imported: [{ module: '../registry', names: ['CiProvider', 'RegistryStack'] }],
  });
}

// Prints the policies that Slipway needs, or that somebody with a grant needs.
// It must not know which operations there are, nor which actions a verb is.
import {
  type AccessVerb,
  type CiPrincipal,
  ciPolicyOf,
  ciText,
  isCi,
  type PolicyDocument,
  type Principal,
  principalOf,
  providerArn,
  providerOf,
  trustPolicyOf,
} from '../../access/index.js';
import { fail, isSlipwayError, SlipwayError } from '../../diagnostics/index.js';
import { type Project, type ProjectEnvironment, readGrantee } from '../../manifest/index.js';
import { permissionsFor, preflight } from '../../plan/index.js';
import { requireMatches, selects } from '../../plan/scope.js';
import { compile, type DesiredRegistry, grantedTo, jobText, repositoryArn } from '../../registry/index.js';
import type { PermissionsArgs } from '../commands/permissions.js';
import { type ExitCode, exit } from '../exit.js';
import { printJson } from '../print/json.js';
import { printPreflight } from '../print/preflight.js';
import type { Services } from '../services.js';
import { during, reachOf } from '../session.js';
import { canvasOf, hang } from '../text.js';
import { chooseEnvironment, openProject, showWarnings } from '../workspace.js';

interface Answer {
  readonly policies: readonly { readonly name: 'permissions' | 'trust'; readonly document: PolicyDocument }[];
  readonly notes: readonly string[];
}

export async function showPermissions({ options, global }: PermissionsArgs, services: Services): Promise<ExitCode> {
  const project = await openProject(global);
  const environment = chooseEnvironment(project, global.environment);
  showWarnings(project, global, services);
  if (options.for !== undefined && options.forCommand !== undefined)
    fail('cli/bad-usage', '--for and --for-command stand together', { mend: 'ask for one of the two' });
  if (options.for !== undefined && options.check)
    fail('cli/bad-usage', '--for and --check stand together', {
      mend: '`slipway who-can VERB REPO --as PRINCIPAL` says what somebody else may do',
    });
  const [own, ...others] = compile(project, environment.name);
  const registry = selected(own, global.only);
  const replicas = others.map((one) => selected(one, global.only));
  const answer =
    options.for === undefined
      ? ofSlipway(options.forCommand, registry, replicas, environment)
      : ofPrincipal(principalNamed(options.for), registry, replicas, project, global.only);
  if (options.check) {
    const [needed] = answer.policies;
    if (needed === undefined) throw new TypeError('a run needs something');
    const { reading } = await reachOf(global, options.parallelism, services);
    const check = await during(`reading policies of whoever is calling`, services, () =>
      preflight(needed.document, registry, reading),
    );
    if (global.output === 'json') printJson(services.stdout, { check, diagnostics: project.warnings });
    else services.stdout.write(printPreflight(check, options.forCommand ?? 'apply', canvasOf(services.stdout)));
    if (check.missing.length > 0) return exit.somethingToSee;
    return check.unknown.length > 0 ? exit.error : exit.ok;
  }
  if (global.output === 'json') {
    printJson(services.stdout, { ...answer, diagnostics: project.warnings });
    return exit.ok;
  }
  const { columns } = canvasOf(services.stderr);
  for (const note of answer.notes) services.stderr.write(`${hang('note: ', note, columns).join('\n')}\n`);
  const several = answer.policies.length > 1;
  const documents = Object.fromEntries(answer.policies.map(({ name, document }) => [name, document]));
  services.stdout.write(`${JSON.stringify(several ? documents : answer.policies[0]?.document, null, 2)}\n`);
  return exit.ok;
}

function selected(registry: DesiredRegistry | undefined, only: readonly string[]): DesiredRegistry {
  if (registry === undefined) throw new TypeError('an environment without a registry');
  requireMatches(only, registry.repositories);
  return { ...registry, repositories: registry.repositories.filter((one) => selects(only, one)) };
}

function ofSlipway(
  command: PermissionsArgs['options']['forCommand'],
  registry: DesiredRegistry,
  replicas: readonly DesiredRegistry[],
  { usage }: ProjectEnvironment,
): Answer {
  const level = command === 'read' || command === 'plan' ? command : 'apply';
  const { policy, whole } = permissionsFor(level, { registry, replicas, ...(usage === undefined ? {} : { usage }) });
  const notes = whole
    ? [
        `${registry.repositories.length} repositories are more than a policy can name one by one: it is for every repository of the registry`,
      ]
    : [];
  return { policies: [{ name: 'permissions', document: policy }], notes };
}

/** As in the manifest's short form; an ARN or an account id alone will do. */
function principalNamed(text: string): Principal | CiPrincipal {
  const kinds = ['account', 'role', 'user', 'org', 'ou', 'service', 'github', 'gitlab'];
  const read = (one: string) => readGrantee(one, kinds);
  const first = read(text);
  const reading = first.kind === undefined && first.instead !== undefined ? read(first.instead) : first;
  if (reading.kind === undefined)
    return fail('cli/bad-usage', `--for is "${text.slice(0, 200)}"`, {
      mend: 'write a principal as the manifest does, for instance account:444444444444 or github:acme/api@main',
    });
  try {
    return principalOf({ [reading.kind]: reading.value });
  } catch (error) {
    // It stands on the command line: the path of a manifest would mean nothing there.
    throw isSlipwayError(error)
      ? new SlipwayError(
          error.diagnostics.map((one) => ({ ...one, path: '--for' })),
          { cause: error },
        )
      : error;
  }
}

/** `only`: of some repositories alone, what the policy of the registry grants by pattern is left out. */
function ofPrincipal(
  who: Principal | CiPrincipal,
  registry: DesiredRegistry,
  replicas: readonly DesiredRegistry[],
  project: Project,
  only: readonly string[],
): Answer {
  const { environment } = registry.owner;
  const { repositories, patterns, copies, perhaps } = grantedTo(project, environment, who);
  const names = new Set(registry.repositories.map(({ name }) => name));
  const keptOf = (verb: AccessVerb) => [
    ...repositories[verb].filter((name) => names.has(name)),
    ...(only.length > 0 ? [] : patterns[verb]),
  ];
  const kept = { pull: keptOf('pull'), push: keptOf('push'), read: keptOf('read'), manage: keptOf('manage') };
  const notes = perhaps.map(
    (one) => `everyone in ${one} has grants too; ask with --for ${one.includes('/') ? 'ou' : 'org'}:${one}`,
  );
  if (Object.values(kept).every((list) => list.length === 0)) {
    if (copies)
      return fail(
        'access/nothing-granted',
        `${wordsOf(who)} needs no policy for what it is granted: the policy of the registry is enough`,
        { mend: 'nothing is to be attached anywhere' },
      );
    const [hint] = notes;
    return fail(
      'access/nothing-granted',
      `no grant of ${environment} names ${wordsOf(who)}`,
      hint === undefined ? {} : { mend: hint },
    );
  }
  if (who.kind === 'service')
    return fail(
      'access/nothing-granted',
      `${who.service} needs no policy of its own: the repository policy is enough`,
      {
        mend: 'nothing is to be attached anywhere',
      },
    );
  const permissions = ciPolicyOf(kept, (name, verb) =>
    // ECR itself brings to the other Regions what is pushed to the first.
    [registry, ...(verb === 'push' ? [] : replicas)].map((one) => repositoryArn(one, name)),
  );
  if (!isCi(who)) {
    const same = accountOf(who) === registry.account;
    const words = same
      ? `${wordsOf(who)} is of the registry's own account: the policies on this side are enough, but for logging in`
      : 'the grant takes effect once the other account attaches this policy, or one that allows as much';
    return { policies: [{ name: 'permissions', document: permissions }], notes: [words, ...notes] };
  }
  const granted = registry.ciAccess?.map(({ principal }) => principal) ?? [];
  const declared = granted.find((one) => jobText(one) === jobText(who)) ?? who;
  return {
    policies: [
      { name: 'trust', document: trustPolicyOf([declared], providerArn(providerOf(declared), registry)) },
      { name: 'permissions', document: permissions },
    ],
    notes: ['apply makes the role of the job; these are its policies, for whoever would rather make it by hand'],
  };
}

function accountOf(who: Principal): string | undefined {
  if (who.kind === 'account') return who.account;
  return who.kind === 'role' || who.kind === 'user' ? who.arn.split(':')[4] : undefined;
}

function wordsOf(who: Principal | CiPrincipal): string {
  if (isCi(who)) return ciText(who);
  if (who.kind === 'account') return `account ${who.account}`;
  if (who.kind === 'org') return `organisation ${who.id}`;
  if (who.kind === 'ou') return `unit ${who.organization}/${who.unit}`;
  return who.kind === 'service' ? who.service : who.arn;
}

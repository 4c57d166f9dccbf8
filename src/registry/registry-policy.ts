// Makes the policy of a registry, and its scope, of what the manifest says of them.
// It must not know layers, files, repositories, nor what is live.
import {
  checkGrantee,
  checkRegistryVerb,
  compileRegistryAccess,
  isCi,
  type Principal,
  principalOf,
  type RegistryGrant,
  type RegistryVerb,
} from '../access/index.js';
import { type Diagnostic, diagnostic, type SourceRange } from '../diagnostics/index.js';
import type { RegistryGrantSpec, RegistryPolicySpec } from '../manifest/project.js';
import type { DesiredRegistryPolicy, Owner } from './model.js';
import type { Place } from './place.js';

const verbsOf: Readonly<Record<Exclude<keyof RegistryGrantSpec, 'repositories'>, readonly RegistryVerb[]>> = {
  replicate: ['replicate'],
  pullThrough: ['pullThrough'],
  pull: ['pull'],
  push: ['push'],
  pullAndPush: ['pull', 'push'],
  read: ['read'],
  manage: ['manage'],
};
const lists = ['replicate', 'pullThrough', 'pull', 'push', 'pullAndPush', 'read', 'manage'] as const;

/** Every problem at once, each with its place. `locate`: within the document's spec. */
export function registryPolicyOf(
  { scope, grants = [] }: RegistryPolicySpec,
  owner: Owner,
  place: Place,
  locate: (path: string) => SourceRange | undefined,
): { readonly value: DesiredRegistryPolicy; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const add = (found: readonly Diagnostic[], start: string) => {
    for (const one of found) diagnostics.push(located(one, start, locate));
  };
  const known = grants.map((grant, at): RegistryGrant => {
    const principals: Partial<Record<RegistryVerb, readonly Principal[]>> = {};
    for (const list of lists) {
      for (const [index, grantee] of (grant[list] ?? []).entries()) {
        const path = `${list}.${index}`;
        const start = `registryPolicy.grants.${at}.`;
        const problems = checkGrantee(grantee, path);
        add(problems, start);
        if (problems.length > 0) continue;
        const principal = principalOf(grantee, path);
        if (isCi(principal)) {
          const message = `${principal.kind} stands in the policy of a registry`;
          add([diagnostic('access/job-in-registry-policy', message, { path })], start);
          continue;
        }
        for (const verb of verbsOf[list]) {
          const context = { account: place.account, ...(scope === undefined ? {} : { scope }) };
          add(checkRegistryVerb(principal, verb, path, context), start);
          principals[verb] = [...(principals[verb] ?? []), principal];
        }
      }
    }
    return { repositories: grant.repositories, principals };
  });
  const compiled =
    diagnostics.length > 0 ? { statements: [], problems: [] } : compileRegistryAccess(known, owner, place);
  add(compiled.problems, 'registryPolicy.');
  return {
    value: { statements: compiled.statements, ...(scope === undefined ? {} : { scope }) },
    diagnostics,
  };
}

function located(one: Diagnostic, start: string, locate: (path: string) => SourceRange | undefined): Diagnostic {
  const path = `${start}${one.path ?? ''}`.replace(/[.]$/, '');
  const range = one.range ?? locate(path);
  return { ...one, path: `spec.${path}`, ...(range === undefined ? {} : { range }) };
}

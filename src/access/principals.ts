// Turns grantees of the manifest into principals, and refuses those that AWS would refuse or that would have no effect.
// It must not know statements, nor how a grantee was written in the manifest.
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { type CiGranteeShape, ciFields, readCiGrantee } from './ci-grantee.js';
import { isAccountId, isPrincipalArn, isServiceName } from './document.js';
import type { CiPrincipal, Principal } from './model.js';
import { pulledByRole } from './services.js';

/** A grantee as the manifest gives it, shorthands expanded. */
export interface GranteeShape extends CiGranteeShape {
  readonly account?: string;
  readonly role?: string;
  readonly user?: string;
  readonly org?: string;
  readonly ou?: string;
  readonly service?: string;
  readonly sourceAccount?: string;
  readonly sourceArn?: string;
}

// Organizations API, OrganizationId.
const organizationId = /^o-[a-z0-9]{10,32}$/;
/** Organizations API, OrganizationId, RootId and OrganizationalUnitId; the path may begin at the root or anywhere below it. */
const organizationPath =
  /^(o-[a-z0-9]{10,32})\/((?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(?:\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*)$/;
/** The source must name one account: another's resource of the same service is what the condition keeps out. */
const sourceArn = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:\d{12}:.+$/;

const unitMend =
  'give the organisation and the unit, for instance `ou:o-a1b2c3d4e5/ou-ab12-11111111`; `aws organizations list-parents` prints the unit of an account';

const kinds = ['account', 'role', 'user', 'org', 'ou', 'service', 'github', 'gitlab'] as const;
type AwsKind = Exclude<(typeof kinds)[number], 'github' | 'gitlab'>;

/** `lambda` as `lambda.amazonaws.com`; what has a dot already stays. */
export function serviceName(service: string): string {
  const lower = service.toLowerCase();
  return lower.includes('.') ? lower : `${lower}.amazonaws.com`;
}

export function isCi(principal: Principal | CiPrincipal): principal is CiPrincipal {
  return principal.kind === 'github' || principal.kind === 'gitlab';
}

/** The principal of a grantee. Throws every problem at once; `path` is put before theirs. */
export function principalOf(grantee: GranteeShape, path = ''): Principal | CiPrincipal {
  const result = readGrantee(grantee, path);
  if (isProblems(result)) throw new SlipwayError(result);
  return result;
}

/** What is wrong with a grantee; empty where nothing is. */
export function checkGrantee(grantee: GranteeShape, path = ''): readonly Diagnostic[] {
  const result = readGrantee(grantee, path);
  return isProblems(result) ? result : [];
}

function isProblems(result: Principal | CiPrincipal | readonly Diagnostic[]): result is readonly Diagnostic[] {
  return Array.isArray(result);
}

/** Fields that mean nothing without one of these kinds beside them. */
const companions: readonly (readonly [
  kinds: readonly string[],
  fields: readonly (keyof GranteeShape)[],
  words: string,
])[] = [
  [['service'], ['sourceAccount', 'sourceArn'], 'a service'],
  [['github', 'gitlab'], ciFields, 'a job of GitHub or GitLab'],
];

function readGrantee(grantee: GranteeShape, path: string): Principal | CiPrincipal | readonly Diagnostic[] {
  const named = kinds.filter((kind) => grantee[kind] !== undefined);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const what = kind === undefined ? 'names nobody' : `names ${named.join(' and ')} at once`;
    return [diagnostic('access/bad-grantee', `the grantee ${what}`, at(path))];
  }
  const found: Diagnostic[] = [];
  for (const [of, fields, words] of companions) {
    const field = of.includes(kind) ? undefined : fields.find((one) => grantee[one] !== undefined);
    if (field === undefined) continue;
    found.push(
      diagnostic('access/bad-grantee', `${field} stands beside ${kind}, but goes with ${words} only`, {
        ...at(path, field),
        mend: `remove ${field}`,
      }),
    );
  }
  const principal =
    kind === 'github' || kind === 'gitlab' ? readCiGrantee(grantee, kind, path) : readKind(kind, grantee, path, found);
  if (isProblems(principal)) return [...found, ...principal];
  return found.length > 0 ? found : principal;
}

function readKind(kind: AwsKind, grantee: GranteeShape, path: string, found: Diagnostic[]): Principal {
  const value = grantee[kind] ?? '';
  const check = (good: boolean, code: DiagnosticCode, message: string, field: string, mend?: string) => {
    if (!good) found.push(diagnostic(code, message, { ...at(path, field), ...(mend === undefined ? {} : { mend }) }));
  };
  switch (kind) {
    case 'account':
      check(isAccountId(value), 'access/bad-account', `"${value}" is not an account id`, kind);
      return { kind, account: value };
    case 'role':
    case 'user':
      check(
        isPrincipalArn(value) && value.includes(`:${kind}/`),
        'access/bad-arn',
        `"${value}" is not the ARN of a ${kind}`,
        kind,
      );
      return { kind, arn: value };
    case 'org':
      check(organizationId.test(value), 'access/bad-organization', `"${value}" is not an organisation id`, kind);
      return { kind, id: value };
    case 'ou': {
      const [, organization = '', unit = ''] = organizationPath.exec(value) ?? [];
      check(unit !== '', 'access/bad-organization', `"${value}" is not a unit of an organisation`, kind, unitMend);
      return { kind, organization, unit };
    }
    case 'service': {
      const service = serviceName(value);
      const role = pulledByRole.get(shortName(service));
      check(isServiceName(service), 'access/bad-service', `"${value}" is not a service`, kind);
      check(role === undefined, 'access/service-does-not-pull', `a grant to ${service} has no effect`, kind, role);
      const account = grantee.sourceAccount;
      const arn = grantee.sourceArn;
      check(
        account === undefined || isAccountId(account),
        'access/bad-account',
        `"${account}" is not an account id`,
        'sourceAccount',
      );
      check(
        arn === undefined || sourceArn.test(arn),
        'access/bad-arn',
        `"${arn}" is not an ARN with a region and an account`,
        'sourceArn',
        'give the ARN of the resource that acts, for instance `arn:aws:lambda:eu-west-1:111111111111:function:*`',
      );
      return {
        kind,
        service,
        ...(account === undefined ? {} : { sourceAccount: account }),
        ...(arn === undefined ? {} : { sourceArn: arn }),
      };
    }
  }
}

/** `lambda` of `lambda.amazonaws.com`. */
export function shortName(service: string): string {
  return service.replace(/\.amazonaws\.com(\.cn)?$/, '');
}

function at(path: string, field?: string): { readonly path: string } {
  return { path: [path, field].filter(Boolean).join('.') };
}

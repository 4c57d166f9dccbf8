// Turns grantees of the manifest into principals, and refuses those that AWS would refuse or that would have no effect.
// It must not know statements, nor how a grantee was written in the manifest.
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { isAccountId, isPrincipalArn, isServiceName } from './document.js';
import type { Principal } from './model.js';

/** A grantee as the manifest gives it, shorthands expanded. */
export interface GranteeShape {
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

/** Services that run images but fetch them with a role (ECS, EKS and EC2 user guides). */
const pulledByRole = new Map([
  [
    'ecs',
    'ECS pulls as the task execution role; grant pull to that role, for instance `role: arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
  ],
  [
    'ecs-tasks',
    'ECS pulls as the task execution role; grant pull to that role, for instance `role: arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
  ],
  ['ec2', 'EC2 pulls as the role of the instance; grant pull to that role'],
  ['eks', 'EKS pulls as the role of the node; grant pull to that role'],
  ['eks-fargate-pods', 'EKS on Fargate pulls as the pod execution role; grant pull to that role'],
]);

const unitMend =
  'give the organisation and the unit, for instance `ou:o-a1b2c3d4e5/ou-ab12-11111111`; `aws organizations list-parents` prints the unit of an account';

const kinds = ['account', 'role', 'user', 'org', 'ou', 'service'] as const;

/** `lambda` as `lambda.amazonaws.com`; what has a dot already stays. */
export function serviceName(service: string): string {
  const lower = service.toLowerCase();
  return lower.includes('.') ? lower : `${lower}.amazonaws.com`;
}

/** The principal of a grantee. Throws every problem at once; `path` is put before theirs. */
export function principalOf(grantee: GranteeShape, path = ''): Principal {
  const result = readGrantee(grantee, path);
  if (Array.isArray(result)) throw new SlipwayError(result);
  return result;
}

/** What is wrong with a grantee; empty where nothing is. */
export function checkGrantee(grantee: GranteeShape, path = ''): readonly Diagnostic[] {
  const result = readGrantee(grantee, path);
  return Array.isArray(result) ? result : [];
}

function readGrantee(grantee: GranteeShape, path: string): Principal | Diagnostic[] {
  const named = kinds.filter((kind) => grantee[kind] !== undefined);
  const [kind] = named;
  const sources = (['sourceAccount', 'sourceArn'] as const).filter((name) => grantee[name] !== undefined);
  if (kind === undefined || named.length > 1) {
    const what = kind === undefined ? 'names nobody' : `names ${named.join(' and ')} at once`;
    return [diagnostic('access/bad-grantee', `the grantee ${what}`, at(path))];
  }
  const found: Diagnostic[] = [];
  const [source] = sources;
  if (kind !== 'service' && source !== undefined) {
    found.push(
      diagnostic('access/bad-grantee', `${source} stands beside ${kind}, but goes with a service only`, {
        ...at(path, source),
        mend: `remove ${source}`,
      }),
    );
  }
  const principal = readKind(kind, grantee, path, found);
  return found.length > 0 ? found : principal;
}

function readKind(kind: (typeof kinds)[number], grantee: GranteeShape, path: string, found: Diagnostic[]): Principal {
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

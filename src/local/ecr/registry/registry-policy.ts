// GetRegistryPolicy, PutRegistryPolicy and DeleteRegistryPolicy.
// It must not decide whether a request is allowed.
import { validatePolicyText } from '../../../access/document.js';
import type { Statement } from '../../../access/model.js';
import { checked } from '../check.js';
import { type EcrContext, EcrError, invalidMember } from '../operation.js';
import { expandPrincipals, jacksonPretty } from '../texts.js';
import { registryPolicyScope } from './account-settings.js';
import { matchesWildcard } from './names.js';
import { nothing } from './shapes.js';
import { Documents } from './state.js';

/** All that scope V1 knows (user guide, "Registry policy scope"). */
const actionsOfV1 = ['ecr:replicateimage', 'ecr:batchimportupstreamimage', 'ecr:createrepository'];

const policies = new Documents<string>('registry-policy');

/** As it is kept; nothing where there is none. */
export function registryPolicyText(context: EcrContext): string | undefined {
  return policies.load(context);
}

export const getRegistryPolicy = checked(nothing, (_input, context) => ({
  registryId: context.account,
  policyText: stored(context),
}));

export const putRegistryPolicy = checked(
  {
    kind: 'structure',
    members: { policyText: { kind: 'string', min: 0, max: 10_240 } },
    required: ['policyText'],
  },
  (input, context) => {
    const verdict = validatePolicyText(input.policyText);
    if (!verdict.valid || !verdict.document.Statement.every((statement) => legalActions(statement, context))) {
      throw invalidMember('PolicyText', 'Invalid registry policy provided');
    }
    const document: unknown = JSON.parse(input.policyText);
    const policyText = jacksonPretty(expandPrincipals(document, context.partition));
    policies.save(context, policyText);
    return { registryId: context.account, policyText };
  },
);

export const deleteRegistryPolicy = checked(nothing, (_input, context) =>
  context.store.transaction(() => {
    const policyText = stored(context);
    policies.remove(context);
    return { registryId: context.account, policyText };
  }),
);

function stored(context: EcrContext): string {
  const policyText = policies.load(context);
  if (policyText !== undefined) return policyText;
  // Text: moto.
  throw new EcrError(
    'RegistryPolicyNotFoundException',
    `Registry policy does not exist in the registry with id '${context.account}'`,
  );
}

/** (?) V2 "allows every ECR action in the policy" (user guide), so V1 refuses the rest; of wildcards no page speaks. */
function legalActions(statement: Statement, context: EcrContext): boolean {
  const named = statement.Action ?? statement.NotAction ?? [];
  const actions = (typeof named === 'string' ? [named] : named).map((action) => action.toLowerCase());
  if (registryPolicyScope(context) === 'V1') {
    return actions.every((action) => actionsOfV1.some((known) => matchesWildcard(action, known)));
  }
  return actions.every((action) => action === '*' || action.startsWith('ecr:'));
}

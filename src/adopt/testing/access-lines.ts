// What a policy allows and denies, one line for each action of each principal: however it is worded, the same lines are the same access.
// It must not know grants.
import { canonicalStatement, type Statement } from '../../access/index.js';
import { questionsOf } from '../wordings.js';

/** Organisations and sources that a condition names side by side stand for themselves; of a source's ARN, ArnLike asks as StringLike. */
export function accessLines(statements: readonly Statement[]): readonly string[] {
  const lines = statements
    .map((one) => canonicalStatement(one, { partition: 'aws' }))
    .flatMap(({ Effect, Principal, Action, Condition }) => {
      const who = Principal === undefined || typeof Principal === 'string' ? { any: Principal ?? '' } : Principal;
      const conditions = eachOf(Condition);
      return Object.entries(who).flatMap(([kind, names]) =>
        [names].flat().flatMap((name) =>
          [Action ?? []]
            .flat()
            // Of no repository: it grants nothing here.
            .filter((action) => action !== 'ecr:GetAuthorizationToken')
            .flatMap((action) => conditions.map((one) => `${Effect} ${kind} ${name} ${action} ${one}`)),
        ),
      );
    });
  return [...new Set(lines)].sort();
}

function eachOf(condition: Statement['Condition']): readonly string[] {
  const [only, ...more] = questionsOf(condition);
  if (only === undefined || more.length > 0 || !['aws:PrincipalOrgID', 'aws:SourceArn'].includes(only.key))
    return [JSON.stringify(condition ?? {})];
  const { operator, key, values } = only;
  const asked = key === 'aws:SourceArn' && operator === 'StringLike' ? 'ArnLike' : operator;
  return values.map((one) => `${asked} ${key} ${one}`);
}

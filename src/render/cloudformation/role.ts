// A role as CloudFormation makes it, with its permissions in it: a role that is there may do what it is for.
// It must not know who takes it.
import type { CiRole, PullRole } from '../../registry/companions/model.js';
import { documentJson, type Part, tagList } from './model.js';

export function rolePart(role: CiRole | PullRole): Part {
  const { id, name, path, description, maxSessionSeconds, permissionsBoundary, managedPolicies, tags } = role;
  return {
    resources: {
      [id]: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: name,
          Path: path,
          Description: description,
          AssumeRolePolicyDocument: documentJson(role.trust),
          MaxSessionDuration: maxSessionSeconds,
          ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
          ...(managedPolicies.length === 0 ? {} : { ManagedPolicyArns: managedPolicies }),
          Policies: [{ PolicyName: 'slipway', PolicyDocument: documentJson(role.permissions) }],
          Tags: tagList(tags),
        },
      },
    },
    outputs: { [`${id}Arn`]: { Description: `ARN of the role ${name}`, Value: { 'Fn::GetAtt': [id, 'Arn'] } } },
  };
}

// What Slipway uses of the client of Organizations, by name, so that the rest of it is left out of the bundle.
// It must not be imported but lazily.
export {
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListParentsCommand,
  ListPoliciesForTargetCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';

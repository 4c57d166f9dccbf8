// IAM as a service of the local cloud: which operations there are, and which of them are served.
// It must not know HTTP or what an operation does.
import type { QueryService } from '../query/service.js';
import type { Operation } from '../service.js';
import { accessKeyOperations } from './access-keys.js';
import { accountOperations } from './account.js';
import { instanceProfileOperations } from './instance-profiles.js';
import { managedPolicyOperations } from './policies.js';
import { providerOperations } from './providers.js';
import { resourceOf } from './resource.js';
import { roleOperations } from './roles.js';
import { userOperations } from './users.js';

const operations: ReadonlyMap<string, Operation> = new Map([
  ...userOperations,
  ...accessKeyOperations,
  ...roleOperations,
  ...managedPolicyOperations,
  ...instanceProfileOperations,
  ...providerOperations,
  ...accountOperations,
]);

/** What is left of the API model (botocore's, of 2026). */
const unserved: readonly string[] = [
  'AcceptDelegationRequest',
  'AssociateDelegationRequest',
  'ChangePassword',
  'CreateAccountAlias',
  'CreateDelegationRequest',
  'CreateLoginProfile',
  'CreateSAMLProvider',
  'CreateServiceLinkedRole',
  'CreateServiceSpecificCredential',
  'CreateVirtualMFADevice',
  'DeactivateMFADevice',
  'DeleteAccountAlias',
  'DeleteAccountPasswordPolicy',
  'DeleteSAMLProvider',
  'DeleteSSHPublicKey',
  'DeleteServerCertificate',
  'DeleteServiceLinkedRole',
  'DeleteServiceSpecificCredential',
  'DeleteSigningCertificate',
  'DeleteVirtualMFADevice',
  'DisableOrganizationsRootCredentialsManagement',
  'DisableOrganizationsRootSessions',
  'DisableOutboundWebIdentityFederation',
  'EnableMFADevice',
  'EnableOrganizationsRootCredentialsManagement',
  'EnableOrganizationsRootSessions',
  'EnableOutboundWebIdentityFederation',
  'GenerateCredentialReport',
  'GenerateOrganizationsAccessReport',
  'GenerateServiceLastAccessedDetails',
  'GetAccountPasswordPolicy',
  'GetContextKeysForCustomPolicy',
  'GetContextKeysForPrincipalPolicy',
  'GetCredentialReport',
  'GetDelegationRequest',
  'GetHumanReadableSummary',
  'GetMFADevice',
  'GetOrganizationsAccessReport',
  'GetOutboundWebIdentityFederationInfo',
  'GetSAMLProvider',
  'GetSSHPublicKey',
  'GetServerCertificate',
  'GetServiceLastAccessedDetails',
  'GetServiceLastAccessedDetailsWithEntities',
  'GetServiceLinkedRoleDeletionStatus',
  'ListDelegationRequests',
  'ListMFADeviceTags',
  'ListOrganizationsFeatures',
  'ListPoliciesGrantingServiceAccess',
  'ListSAMLProviderTags',
  'ListSAMLProviders',
  'ListServerCertificateTags',
  'ListServerCertificates',
  'RejectDelegationRequest',
  'ResetServiceSpecificCredential',
  'ResyncMFADevice',
  'SendDelegationToken',
  'SetSecurityTokenServicePreferences',
  'SimulateCustomPolicy',
  'SimulatePrincipalPolicy',
  'TagMFADevice',
  'TagSAMLProvider',
  'TagServerCertificate',
  'UntagMFADevice',
  'UntagSAMLProvider',
  'UntagServerCertificate',
  'UpdateAccountPasswordPolicy',
  'UpdateDelegationRequest',
  'UpdateLoginProfile',
  'UpdateSAMLProvider',
  'UpdateSSHPublicKey',
  'UpdateServerCertificate',
  'UpdateServiceSpecificCredential',
  'UpdateSigningCertificate',
  'UploadSSHPublicKey',
  'UploadServerCertificate',
  'UploadSigningCertificate',
];

export const iamService: QueryService = {
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations,
  unserved: new Set(unserved),
  failureCode: 'ServiceFailure',
  resourceOf,
};

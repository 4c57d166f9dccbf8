// What to know of an operation of the local KMS beside what AWS says of it. For docs/local-fidelity.md, which is generated from it.
// Data only.

export const kmsNotes: Readonly<Record<string, string>> = {
  CreateKey:
    'keys have no material, so nothing can be encrypted with them; multi-Region keys stay in their Region; no custom key stores; key ids are random',
  CreateGrant: 'kept and listed; nothing here is decided by one but ECR’s own, which a repository needs',
  DescribeKey: 'makes AWS’s own key where it is asked for by `alias/aws/ecr` or `alias/aws/ssm`, as KMS does',
  ListAliases: 'of AWS’s aliases those of ECR and SSM, without a key until it is used',
  ListKeyRotations: 'by the local clock',
  PutKeyPolicy:
    'refused where nobody of the account could put another one; KMS asks that of the caller, who is nobody in particular here. The texts of `MalformedPolicyDocumentException` about its form are ours',
  RotateKeyOnDemand: 'done at once: `OnDemandRotationStartDate` is never told',
  ScheduleKeyDeletion:
    'by the local clock; afterwards the key is remembered as gone, so that repositories under it stay unreadable',
};

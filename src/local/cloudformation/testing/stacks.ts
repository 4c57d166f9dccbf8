// For tests: stacks on a local ECR of their own, and short ways to write templates.
// It must not know what any test is about.
import { wireOk } from '../../../../test/support/clients.js';
import { account, clientOf, region, Stacks } from '../../../../test/support/stacks.js';
import { type LocalEcr, startLocalEcr } from '../../index.js';

export class LocalStacks extends Stacks {
  readonly local: LocalEcr;

  constructor(local: LocalEcr) {
    super(clientOf(local));
    this.local = local;
  }

  static async start(): Promise<LocalStacks> {
    return new LocalStacks(await startLocalEcr({ port: 0 }));
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.local.close();
  }

  /** Where its other services are. */
  get at(): { readonly endpoint: string; readonly account: string; readonly region: string } {
    return { endpoint: this.local.url, account, region };
  }

  /** The names of the repositories that there are. */
  async repositories(): Promise<string[]> {
    const found = (await wireOk(this.at, 'ecr', 'DescribeRepositories')) as {
      repositories: { repositoryName: string }[];
    };
    return found.repositories.map((one) => one.repositoryName);
  }
}

export const repository = (more: object = {}, rest: object = {}) => ({
  Type: 'AWS::ECR::Repository',
  Properties: more,
  ...rest,
});
export const template = (Resources: object, rest: object = {}) => ({ Resources, ...rest });

/** The error as `NAME: MESSAGE`; `accepted` where there was none. */
export const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** A key, its alias and a repository that needs it, with parameters, a condition, functions and an export. */
export const imagesTemplate = `
AWSTemplateFormatVersion: 2010-09-09
Description: images
Parameters:
  Name: {Type: String, AllowedPattern: "[a-z]+"}
  Protect: {Type: String, Default: "no", AllowedValues: ["yes", "no"]}
Conditions:
  Protected: !Equals [!Ref Protect, "yes"]
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: !Sub "images of \${Name}"
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub "alias/\${Name}", TargetKeyId: !Ref Key}
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !Join ["/", [!Ref Name, app]]
      ImageTagMutability: !If [Protected, IMMUTABLE, !Ref "AWS::NoValue"]
      EncryptionConfiguration: {EncryptionType: KMS, KmsKey: !GetAtt Key.Arn}
Outputs:
  Uri:
    Value: !GetAtt Images.RepositoryUri
    Export: {Name: !Sub "\${AWS::StackName}-uri"}
  Key: {Value: !Ref Key, Description: its key}
`;

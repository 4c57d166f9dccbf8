// What to know of an operation of the local CloudFormation beside what AWS says of it. For docs/local-fidelity.md, which is generated from it.
// Data only.

export const cloudFormationNotes: Readonly<Record<string, string>> = {
  ContinueUpdateRollback: 'resources that are skipped count as rolled back',
  CreateChangeSet:
    'made when it is answered; `AWS::ECR::Repository`, `RegistryPolicy` and `ReplicationConfiguration` alone are imported, and brought to the template as an update would; stacks are not nested, there are no transforms; changes are found by comparing resolved properties, so what a reference no longer changes is no change',
  CreateStack:
    'one resource after the other, each with a step of its own; `TemplateBody` only, as there is no S3; `TimeoutInMinutes` is kept, and nothing times out',
  DeleteStack: 'a stack whose exports are in use is refused at once',
  DescribeChangeSet: 'what only the execution will tell is `{{changeSet:KNOWN_AFTER_APPLY}}`, as on AWS',
  DescribeStackEvents:
    'in the order of what is done. The form of `Resource handler returned message` is AWS’s, what stands in its brackets is ours',
  DetectStackDrift: 'done when it is answered; compares what the template declares and the service tells',
  ExecuteChangeSet: 'the stack’s other change sets go; the one that was carried out can still be described',
  SetStackPolicy: 'kept and given back; no update is held to one',
  UpdateStack: 'tags that are left out stay as they are',
};

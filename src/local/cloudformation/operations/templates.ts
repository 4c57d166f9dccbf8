// GetTemplate, GetTemplateSummary, ValidateTemplate: what is said of a template alone.
// It must not know what a template makes.
import { checkedQuery } from '../../query/check.js';
import type { Operation, ServiceContext } from '../../service.js';
import { invalid } from '../errors.js';
import { resourceTypes } from '../resources/index.js';
import { shapes } from '../shapes.js';
import { capabilitiesOf, checkDesired } from '../stacks/desired.js';
import { findStack } from '../stacks/model.js';
import { type Parameter, parseTemplate, type Template } from '../template/model.js';
import { checkReferences } from '../template/order.js';
import type { View } from '../view.js';
import { templateText } from '../wish.js';
import { findChangeSet } from './change-sets.js';

const GetTemplate = checkedQuery(shapes.GetTemplate, (input, context) => {
  if (input.StackName === undefined && input.ChangeSetName === undefined) {
    throw invalid('StackName is required if ChangeSetName is not specified.');
  }
  const template =
    input.ChangeSetName === undefined
      ? findStack(context, input.StackName ?? '').desired.template
      : findChangeSet(context, input.ChangeSetName, input.StackName).changeSet.desired.template;
  // Without transforms both stages are the same.
  return { TemplateBody: template, StagesAvailable: ['Original', 'Processed'] };
});

function constraints({
  allowedValues,
  allowedPattern,
  minLength,
  maxLength,
  minValue,
  maxValue,
  constraintDescription,
}: Parameter): View {
  return {
    AllowedValues: allowedValues,
    AllowedPattern: allowedPattern,
    MinLength: minLength,
    MaxLength: maxLength,
    MinValue: minValue,
    MaxValue: maxValue,
    ConstraintDescription: constraintDescription,
  };
}

function parametersOf({ parameters }: Template, more: (parameter: Parameter) => View): readonly View[] {
  return [...parameters.values()].map((parameter) => ({
    ParameterKey: parameter.name,
    DefaultValue: parameter.default,
    NoEcho: parameter.noEcho,
    Description: parameter.description,
    ...more(parameter),
  }));
}

const GetTemplateSummary = checkedQuery(shapes.GetTemplateSummary, (input, context) => {
  const text =
    input.StackName === undefined ? templateText(input) : findStack(context, input.StackName).desired.template;
  const template = parseTemplate(text);
  const { needed, reason } = capabilitiesOf(template);
  return {
    Parameters: parametersOf(template, (parameter) => ({
      ParameterType: parameter.type,
      ParameterConstraints: constraints(parameter),
    })),
    Description: template.description,
    Capabilities: needed,
    CapabilitiesReason: reason,
    ResourceTypes: [...new Set([...template.resources.values()].map(({ type }) => type))].sort(),
    Version: '2010-09-09',
    Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
    DeclaredTransforms: [],
    ResourceIdentifierSummaries: identifiersOf(template),
  };
});

function identifiersOf({ resources }: Template): readonly View[] {
  return [...new Set([...resources.values()].map(({ type }) => type))].flatMap((type) => {
    const property = resourceTypes.get(type)?.name?.property;
    if (property === undefined) return [];
    const ids = [...resources.values()].filter((one) => one.type === type).map(({ id }) => id);
    return [{ ResourceType: type, LogicalResourceIds: ids, ResourceIdentifiers: [property] }];
  });
}

/** Checks what can be told without values for the parameters: what they decide is left open. */
function checkAlone(context: ServiceContext, text: string, template: Template): void {
  checkReferences(template);
  const missing = [...template.parameters.values()].some((one) => one.default === undefined);
  if (missing) return;
  const parameters = Object.fromEntries([...template.parameters].map(([name, one]) => [name, one.default ?? '']));
  const { needed: capabilities } = capabilitiesOf(template);
  checkDesired(
    context,
    { name: 'template', id: 'template' },
    { template: text, parameters, tags: [], capabilities, notificationArns: [] },
  );
}

const ValidateTemplate = checkedQuery(shapes.ValidateTemplate, (input, context) => {
  const text = templateText(input);
  const template = parseTemplate(text);
  checkAlone(context, text, template);
  const { needed, reason } = capabilitiesOf(template);
  return {
    Parameters: parametersOf(template, () => ({})),
    Description: template.description,
    Capabilities: needed,
    CapabilitiesReason: reason,
    DeclaredTransforms: [],
  };
});

export const templateOperations = { GetTemplate, GetTemplateSummary, ValidateTemplate } satisfies Record<
  string,
  Operation
>;

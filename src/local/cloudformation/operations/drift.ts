// DetectStackDrift, DetectStackResourceDrift and what they have found: resources as they are beside what the template says of them.
// It must not know how a resource is read.
import { randomUUID } from 'node:crypto';
import { checkedQuery } from '../../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../../service.js';
import type { Json } from '../../store/store.js';
import type { Delegate } from '../delegate.js';
import { invalid } from '../errors.js';
import { ownTags, parsed, type ResourceContext, type ResourceType } from '../resources/type.js';
import { shapes } from '../shapes.js';
import { canonical } from '../stacks/compare.js';
import { typeOf } from '../stacks/desired.js';
import { type DriftResult, findStack, type Stack, type StackResource, writeStack } from '../stacks/model.js';
import { isJsonMap, type JsonMap, scalarText } from '../template/read.js';
import { pageOf, timeOf } from '../view.js';

const kind = 'cfn-drift';

interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly type: string;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Documents are compared by what they say; tags and lists of texts in any order. */
function comparable(name: string, type: ResourceType, value: Json): Json {
  const property = type.properties[name]?.kind;
  if (property === 'document') return typeof value === 'string' ? parsed(value) : value;
  if (property === 'texts' && Array.isArray(value)) return [...(value as readonly Json[])].sort();
  if (name === 'LifecyclePolicy' && isJsonMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([member, one]) => [member, typeof one === 'string' ? parsed(one) : one]),
    );
  }
  if (name === 'Tags' && Array.isArray(value)) {
    return [...(value as readonly Json[])]
      .filter((tag) => !isJsonMap(tag) || !scalarText(tag['Key']).startsWith('aws:'))
      .sort((one, other) => (canonical(one) < canonical(other) ? -1 : 1));
  }
  return value;
}

function differences(path: string, expected: Json, actual: Json | undefined): readonly Difference[] {
  if (actual === undefined) return [{ path, expected: shown(expected), actual: 'null', type: 'REMOVE' }];
  if (canonical(expected) === canonical(actual)) return [];
  if (isJsonMap(expected) && isJsonMap(actual)) {
    return Object.entries(expected).flatMap(([name, one]) => differences(`${path}/${name}`, one, actual[name]));
  }
  return [{ path, expected: shown(expected), actual: shown(actual), type: 'NOT_EQUAL' }];
}

function check(resource: StackResource, context: ResourceContext, at: number): DriftResult {
  const { logicalId } = resource;
  const type = typeOf(resource);
  if (type.read === undefined) return { logicalId, status: 'NOT_CHECKED', differences: [], at };
  const live = type.read(resource, context);
  const expected: Record<string, Json> = {};
  const actual: Record<string, Json> = {};
  // What the template does not declare is nobody's business here, as with AWS; the service's defaults among it.
  const declared: JsonMap = {
    ...resource.properties,
    ...(type.tagged === true &&
      (resource.tags.length > 0 || resource.properties['Tags'] !== undefined) && {
        Tags: ownTags(resource) as unknown as Json,
      }),
  };
  for (const [name, value] of Object.entries(declared)) {
    if (type.properties[name]?.untold === true) continue;
    expected[name] = comparable(name, type, value);
    const there = live?.[name];
    if (there !== undefined) actual[name] = comparable(name, type, there);
  }
  if (live === undefined) return { logicalId, status: 'DELETED', expected, differences: [], at };
  const found = Object.entries(expected).flatMap(([name, value]) => differences(`/${name}`, value, actual[name]));
  return { logicalId, status: found.length > 0 ? 'MODIFIED' : 'IN_SYNC', expected, actual, differences: found, at };
}

function resourceContext(
  context: ServiceContext,
  stack: Stack,
  logicalId: string,
  delegate: Delegate,
): ResourceContext {
  const { account, region, partition } = context;
  return {
    account,
    region,
    partition,
    stackName: stack.name,
    logicalId,
    stackTags: stack.desired.tags,
    systemTags: [],
    call: (service, operation, input) => delegate(service, operation, input, context, true),
  };
}

function detect(context: ServiceContext, stack: Stack, ids: readonly string[] | undefined, delegate: Delegate): Stack {
  if (stack.progress !== undefined || stack.status === 'REVIEW_IN_PROGRESS' || stack.status === 'DELETE_COMPLETE') {
    throw invalid(`Drift detection cannot be performed on stack [${stack.name}] while it is in ${stack.status} state.`);
  }
  const present = stack.resources.filter(({ id }) => id !== '');
  const unknown = ids?.find((id) => !present.some(({ logicalId }) => logicalId === id));
  if (unknown !== undefined) throw invalid(`Resource ${unknown} does not exist for stack ${stack.name}`);
  const results = present.flatMap((resource) => {
    const { logicalId } = resource;
    if (ids?.includes(logicalId) === false)
      return stack.drift?.results.filter((one) => one.logicalId === logicalId) ?? [];
    return [check(resource, resourceContext(context, stack, logicalId, delegate), context.now())];
  });
  const drifted = results.some(({ status }) => status === 'MODIFIED' || status === 'DELETED');
  const next: Stack = { ...stack, drift: { status: drifted ? 'DRIFTED' : 'IN_SYNC', at: context.now(), results } };
  writeStack(context, next);
  return next;
}

function resultView(stack: Stack, result: DriftResult): Record<string, unknown> {
  const resource = stack.resources.find(({ logicalId }) => logicalId === result.logicalId);
  return {
    StackId: stack.id,
    LogicalResourceId: result.logicalId,
    PhysicalResourceId: resource?.id,
    ResourceType: resource?.type,
    ExpectedProperties: result.expected === undefined ? undefined : JSON.stringify(result.expected),
    ActualProperties: result.actual === undefined ? undefined : JSON.stringify(result.actual),
    PropertyDifferences: result.differences.map(({ path, expected, actual, type }) => ({
      PropertyPath: path,
      ExpectedValue: expected,
      ActualValue: actual,
      DifferenceType: type,
    })),
    StackResourceDriftStatus: result.status,
    Timestamp: timeOf(result.at),
  };
}

/** Detection is done when it is answered; its id tells what came of it. */
export function driftOperations(delegate: Delegate): Readonly<Record<string, Operation>> {
  return {
    DetectStackDrift: checkedQuery(shapes.DetectStackDrift, (input, context) => {
      const stack = detect(context, findStack(context, input.StackName), input.LogicalResourceIds, delegate);
      const id = randomUUID();
      const count =
        stack.drift?.results.filter(({ status }) => status === 'MODIFIED' || status === 'DELETED').length ?? 0;
      context.store.put(kind, `${context.account}/${context.region}`, id, {
        stackId: stack.id,
        status: stack.drift?.status ?? 'UNKNOWN',
        count,
        at: context.now(),
      });
      return { StackDriftDetectionId: id };
    }),
    DescribeStackDriftDetectionStatus: checkedQuery(shapes.DescribeStackDriftDetectionStatus, (input, context) => {
      const id = input.StackDriftDetectionId;
      const found = context.store.get(kind, `${context.account}/${context.region}`, id);
      if (!isJsonMap(found)) throw new ServiceError('ValidationError', `Stack drift detection [${id}] does not exist`);
      return {
        StackId: found['stackId'],
        StackDriftDetectionId: id,
        StackDriftStatus: found['status'],
        DetectionStatus: 'DETECTION_COMPLETE',
        DriftedStackResourceCount: found['count'],
        Timestamp: timeOf(Number(found['at'])),
      };
    }),
    DetectStackResourceDrift: checkedQuery(shapes.DetectStackResourceDrift, (input, context) => {
      const stack = detect(context, findStack(context, input.StackName), [input.LogicalResourceId], delegate);
      const result = stack.drift?.results.find(({ logicalId }) => logicalId === input.LogicalResourceId);
      return { StackResourceDrift: result === undefined ? {} : resultView(stack, result) };
    }),
    DescribeStackResourceDrifts: checkedQuery(shapes.DescribeStackResourceDrifts, (input, context) => {
      const stack = findStack(context, input.StackName);
      const wanted = input.StackResourceDriftStatusFilters ?? [];
      const results = (stack.drift?.results ?? []).filter(
        ({ status }) => wanted.length === 0 || wanted.includes(status),
      );
      const { items, ...more } = pageOf(results, input.NextToken, input.MaxResults);
      return { StackResourceDrifts: items.map((one) => resultView(stack, one)), ...more };
    }),
  };
}

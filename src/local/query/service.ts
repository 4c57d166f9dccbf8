// What a service is that speaks AWS's query protocol (IAM, STS, CloudFormation), and which of several a request is for.
// It must not know HTTP, or any one service.
import type { AsyncOperation, Operation, ServiceContext } from '../service.js';

export interface QueryService {
  /** As in IAM actions and in a signature's scope. */
  readonly name: string;
  /** Of the API, as requests name it: `2010-05-08`. */
  readonly version: string;
  /** Of answers and errors. */
  readonly namespace: string;
  /**
   * Inputs are texts, lists and structures as a form has them, and plain values where another service calls: `checkedQuery` takes both.
   * What they give may hold lists, structures and `Map`s; times are texts.
   */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly asyncOperations?: ReadonlyMap<string, AsyncOperation>;
  /** Operations the real service has and this one does not serve. */
  readonly unserved: ReadonlySet<string>;
  /** The code of a failure that is ours; `InternalFailure` where it is left out. */
  readonly failureCode?: string;
  /** Operations that need no credentials: a token in their input says who calls. */
  readonly anonymous?: ReadonlySet<string>;
  /** The resource a call is about, as IAM names it; `*` where there is none. */
  resourceOf(input: Record<string, unknown>, context: ServiceContext, operation: string): string;
}

/** By the service a request is signed for, or else by its version: calls with a web identity are not signed. */
export function serviceFor(
  services: readonly QueryService[],
  signedFor: string | undefined,
  version: string | undefined,
): QueryService | undefined {
  return services.find(({ name }) => name === signedFor) ?? services.find((one) => one.version === version);
}

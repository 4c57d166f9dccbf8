// The organisation of an account, and the policies over it.
// It must not know what policies mean, nor who is asked about.
import { AwsFault, type OrganizationLevel, type OrganizationPort, type PolicyReading } from '../plan/ports.js';
import { type Caller, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

type PolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

/**
 * Policies of AWS's own, which nobody can change: need not be asked for (Organizations user guide, "SCP evaluation", "RCP
 * evaluation").
 */
const allowsAll = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});
const ofAws = new Map([
  ['p-FullAWSAccess', allowsAll],
  ['p-RCPFullAWSAccess', allowsAll],
]);

export function organizationPort(place: Place, caller: Caller): OrganizationPort {
  const organizations = lazily(place, async () => {
    const sdk = await import('./sdk/organizations.js');
    return { sdk, client: new sdk.OrganizationsClient(clientOptions(place)) };
  });
  const read = new Map<string, Promise<PolicyReading>>();

  async function parentOf(child: string): Promise<string | undefined> {
    const { sdk, client } = await organizations();
    const answer = await caller.call('organizations:ListParents', () =>
      client.send(new sdk.ListParentsCommand({ ChildId: child })),
    );
    return answer.Parents?.[0]?.Id;
  }

  async function policiesOf(target: string, type: PolicyType): Promise<readonly PolicyReading[]> {
    const { sdk, client } = await organizations();
    const found: { readonly id: string; readonly name: string }[] = [];
    let token: string | undefined;
    do {
      const input = { TargetId: target, Filter: type, ...(token === undefined ? {} : { NextToken: token }) };
      const answer = await caller.call('organizations:ListPoliciesForTarget', () =>
        client.send(new sdk.ListPoliciesForTargetCommand(input)),
      );
      found.push(...(answer.Policies ?? []).map(({ Id = '', Name = Id }) => ({ id: Id, name: Name })));
      token = answer.NextToken;
    } while (token !== undefined);
    return Promise.all(found.map(({ id, name }) => policy(id, name)));
  }

  function policy(id: string, name: string): Promise<PolicyReading> {
    const known = ofAws.get(id);
    if (known !== undefined) return Promise.resolve({ name, text: known });
    const reading = read.get(id) ?? describe(id, name);
    read.set(id, reading);
    return reading;
  }

  async function describe(id: string, name: string): Promise<PolicyReading> {
    const { sdk, client } = await organizations();
    try {
      const answer = await caller.call('organizations:DescribePolicy', () =>
        client.send(new sdk.DescribePolicyCommand({ PolicyId: id })),
      );
      const text = answer.Policy?.Content;
      return text === undefined ? { name, unreadable: 'the answer does not have it' } : { name, text };
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind === 'credentials' || error.kind === 'interrupted') throw error;
      return { name, unreadable: `${error.operation}: ${error.awsCode}` };
    }
  }

  return {
    async organization() {
      const { sdk, client } = await organizations();
      const answer = await unless(
        ['AWSOrganizationsNotInUseException'],
        caller.call('organizations:DescribeOrganization', () => client.send(new sdk.DescribeOrganizationCommand({}))),
      );
      const { Id: id, MasterAccountId: managementAccount = '' } = answer?.Organization ?? {};
      return id === undefined ? null : { id, managementAccount };
    },

    async levelsOver(account) {
      const targets: string[] = [account];
      for (let above = await parentOf(account); above !== undefined; ) {
        targets.unshift(above);
        // The root is on top.
        above = above.startsWith('r-') ? undefined : await parentOf(above);
      }
      return Promise.all(
        targets.map(async (target): Promise<OrganizationLevel> => {
          const [serviceControl, resourceControl] = await Promise.all([
            policiesOf(target, 'SERVICE_CONTROL_POLICY'),
            policiesOf(target, 'RESOURCE_CONTROL_POLICY'),
          ]);
          return { target, serviceControl, resourceControl };
        }),
      );
    },
  };
}

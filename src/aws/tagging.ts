// Tags of many repositories and stacks at once, by the Resource Groups Tagging API.
// It must not know ownership; its index lags behind ECR, which the engine allows for.
import type { TaggingPort } from '../plan/ports.js';
import type { Caller } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

/** The most resources a page may hold (API reference, GetResources). */
const pageSize = 100;

export function taggingPort(place: Place, caller: Caller): TaggingPort {
  const tagging = lazily(place, async () => {
    const sdk = await import('./sdk/tagging.js');
    return { sdk, client: new sdk.ResourceGroupsTaggingAPIClient(clientOptions(place)) };
  });
  return {
    async *resourcesWithTags(filter) {
      const { sdk, client } = await tagging();
      let token: string | undefined;
      do {
        const input = {
          ResourceTypeFilters: ['ecr:repository', 'cloudformation:stack'],
          TagFilters: Object.entries(filter).map(([Key, value]) => ({ Key, Values: [value] })),
          ResourcesPerPage: pageSize,
          ...(token === undefined ? {} : { PaginationToken: token }),
        };
        const answer = await caller.call('tag:GetResources', () => client.send(new sdk.GetResourcesCommand(input)));
        yield new Map(
          (answer.ResourceTagMappingList ?? []).map((resource) => [
            resource.ResourceARN ?? '',
            Object.fromEntries((resource.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
          ]),
        );
        // The last page answers with an empty token, not with none.
        token = answer.PaginationToken === '' ? undefined : answer.PaginationToken;
      } while (token !== undefined);
    },
  };
}

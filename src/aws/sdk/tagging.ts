// What Slipway uses of the tagging API's client, by name, so that the rest of it is left out of the bundle.
// It must not be imported but lazily.
export { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';

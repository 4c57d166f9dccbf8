// The room's door: container clients are logged in to registries.
export {
  type Client,
  clientsOf,
  fileOf,
  installHelper,
  type Kept,
  keepCredential,
  type Machine,
} from './client-files.js';
export { keepForContainerd, usualHostsFolder } from './containerd.js';
export { answerHelper, type HelperAnswer, type HelperPorts } from './helper.js';
export { identityKey, sectionsOf } from './identity.js';
export { localAuthorization, type SignCall } from './local-ecr.js';
export { type Authorization, type Clock, type Credential, type Environment, readAuthorization } from './model.js';
export { type Obtained, obtain, type Patience } from './obtain.js';
export { type AwsRegistry, hostIn, hostOf, type LocalRegistry, type Registry, registryAt } from './registry.js';
export { onPath } from './store.js';
export { TokenCache } from './token-cache.js';

// A tour of every ECR operation, as plain steps which any client can take. Each chapter leaves its account as it found it.
// It must not know which client takes it, nor anything of the local ECR's code.
import type { Endpoint } from '../../support/clients.js';
import { caches } from './caches.js';
import { images } from './images.js';
import { registry } from './registry.js';
import { repositories } from './repositories.js';
import { settings } from './settings.js';
import type { Step } from './step.js';

export const chapters: readonly ((at: Endpoint) => Step[])[] = [repositories, images, registry, caches, settings];

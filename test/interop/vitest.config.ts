// How the interop suites run: four files at a time, and those that share something of the machine one after the other when the rest is over.
// It must not know what the suites are about.
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import shared from '../../vitest.config.js';

/**
 * Every other file has servers on free ports, folders and accounts of its own.
 * images: a Docker engine and containerd as root, which mount and keep namespaces of the machine.
 * login: a containerd, port 443, and a line in /etc/hosts that turns AWS's own names to it for everybody.
 */
const alone = ['test/interop/images.test.ts', 'test/interop/login.test.ts'];

const { reporters = [], ...settings } = shared.test ?? {};

export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    reporters,
    globalSetup: 'test/interop/setup.ts',
    projects: [
      {
        test: {
          ...settings,
          name: 'together',
          include: ['test/interop/**/*.test.ts'],
          exclude: alone,
          // More than there are processors: half of what a suite does is to wait, for Terraform's provider, the AWS CLI or moto.
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...settings, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});

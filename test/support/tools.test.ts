// The finding of tools is itself tested: a name in the environment wins, a shim that does not run is not a tool.
// It must not know which tools this machine has.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { awsEnvironment, cleanEnvironment } from './environment.js';
import { locateTool } from './find-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'slipway-tools-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('finding a tool', () => {
  it('takes what answers on the path', () => {
    const path = script('terraform', 'exit 0');
    expect(locateTool('terraform', { PATH: folder })).toBe(path);
  });
  it('does not take what cannot run: a shim without its program', () => {
    script('aws', 'exit 127');
    expect(locateTool('aws', { PATH: folder })).toBeUndefined();
  });
  it('finds nothing on an empty path', () => {
    expect(locateTool('moto_server', { PATH: '' })).toBeUndefined();
  });
  it('takes the one that is named', () => {
    const named = script('terraform-1.11', 'exit 0');
    expect(locateTool('terraform', { PATH: '', SLIPWAY_TERRAFORM: named })).toBe(named);
  });
  it('takes a mirror that is named, if it holds the AWS provider', () => {
    expect(locateTool('aws-provider', { SLIPWAY_TF_PLUGIN_DIR: folder })).toBeUndefined();
    mkdirSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws'), { recursive: true });
    expect(locateTool('aws-provider', { SLIPWAY_TF_PLUGIN_DIR: folder })).toBe(folder);
  });
  it("reads the mirror out of Terraform's own configuration", () => {
    mkdirSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws'), { recursive: true });
    const configuration = join(folder, 'terraformrc');
    writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}\n`);
    expect(locateTool('aws-provider', { TF_CLI_CONFIG_FILE: configuration })).toBe(folder);
  });
});

describe('the environment of a child', () => {
  it('holds no profile, endpoint or credential of the person who runs the tests', () => {
    process.env['AWS_PROFILE'] = 'real-production';
    try {
      expect(cleanEnvironment()).not.toHaveProperty('AWS_PROFILE');
      const env = awsEnvironment({ endpoint: 'http://127.0.0.1:1', account: '111111111111', region: 'eu-west-1' });
      expect(env['AWS_ENDPOINT_URL']).toBe('http://127.0.0.1:1');
      expect(env).not.toHaveProperty('AWS_PROFILE');
    } finally {
      delete process.env['AWS_PROFILE'];
    }
  });
});

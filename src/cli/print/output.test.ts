// How URLs stand at 80 columns.
import { describe, expect, it } from 'vitest';
import { paintFor } from '../text.js';
import { printOutputEnv, printOutputGithub, printOutputTable } from './output.js';

const canvas = { paint: paintFor(false), columns: 80 };
const one = (key: string, exists = true) => ({
  key,
  name: `payments/${key}`,
  arn: `arn:aws:ecr:eu-west-1:222222222222:repository/payments/${key}`,
  uri: exists ? `222222222222.dkr.ecr.eu-west-1.amazonaws.com/payments/${key}` : null,
});

describe('the table of outputs', () => {
  it('has names beside URLs where they fit', () => {
    expect(printOutputTable('payments in prod', [one('api'), one('worker', false)], canvas)).toMatchInlineSnapshot(`
      "payments in prod

        api     222222222222.dkr.ecr.eu-west-1.amazonaws.com/payments/api
        worker  (does not exist yet)
      "
    `);
  });

  it('has URLs below names where they do not, each in one piece', () => {
    const text = printOutputTable('payments in prod', [one('api'), one('service-of-a-long-name')], canvas);
    expect(text).toMatchInlineSnapshot(`
      "payments in prod

        api
          222222222222.dkr.ecr.eu-west-1.amazonaws.com/payments/api
        service-of-a-long-name
          222222222222.dkr.ecr.eu-west-1.amazonaws.com/payments/service-of-a-long-name
      "
    `);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is the same text with colours', () => {
    const both = [one('api'), one('service-of-a-long-name', false)];
    const coloured = printOutputTable('payments', both, { ...canvas, paint: paintFor(true) });
    expect(coloured).toContain('\u001b[1mapi');
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(printOutputTable('payments', both, canvas));
  });

  it('names the roles and the key beneath the repositories, and the roles as variables', () => {
    const role = { key: 'github-acme.api', arn: 'arn:aws:iam::222222222222:role/ci', use: 'ci' };
    const text = printOutputTable('payments in prod', [one('api')], canvas, {
      roles: [role],
      key: { alias: 'alias/slipway/payments/prod', arn: null },
    });
    expect(text).toContain('Roles and keys');
    expect(text).toMatch(/github-acme\.api +arn:aws:iam::222222222222:role\/ci/);
    expect(text).toMatch(/alias\/slipway\/payments\/prod +\(does not exist yet\)/);
    expect(printOutputEnv([], [role])).toBe('SLIPWAY_GITHUB_ACME_API_ROLE_ARN=arn:aws:iam::222222222222:role/ci\n');
    expect(printOutputGithub([], [role])).toBe('github_acme_api_role_arn=arn:aws:iam::222222222222:role/ci\n');
  });
});

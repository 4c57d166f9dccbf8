// What people are told to paste for other tools, in each way the ECR of this machine can be reached.
import { describe, expect, it } from 'vitest';
import { pasteFor, pasteLines, trustLines } from './local-tools.js';
import { paintFor, width } from './text.js';

const canvas = { paint: paintFor(false), columns: 80 };
const plain = { port: 4510, certificateAuthority: null };
const secure = { port: 4600, certificateAuthority: '/home/somebody/payments service/.slipway/local/tls/ca.crt' };

describe('what is pasted', () => {
  it('names the port and the registry that the variables stand for', () => {
    expect(pasteLines(pasteFor(plain), canvas).join('\n')).toMatchInlineSnapshot(`
      "  # the AWS CLI, AWS SDKs, Terraform
        export AWS_ENDPOINT_URL=http://127.0.0.1:4510
        export AWS_ACCESS_KEY_ID=123456789012
        export AWS_SECRET_ACCESS_KEY=local
        export AWS_REGION=us-east-1
        export AWS_DEFAULT_REGION=us-east-1

        # docker, podman
        slipway login --registry localhost:4510
        docker push localhost:4510/REPOSITORY:TAG
        podman push --tls-verify=false localhost:4510/REPOSITORY:TAG"
    `);
    expect(trustLines(plain, canvas)).toEqual([]);
  });

  it('names with TLS what is to be trusted, quoted for a shell, and folded where it is long', () => {
    expect(pasteFor(secure).aws).toEqual(
      expect.arrayContaining([
        'export AWS_ENDPOINT_URL=https://127.0.0.1:4600',
        "export AWS_CA_BUNDLE='/home/somebody/payments service/.slipway/local/tls/ca.crt'",
      ]),
    );
    expect(trustLines(secure, canvas).join('\n')).toMatchInlineSnapshot(`
      "
      It speaks HTTPS, and HTTP too. For container clients that check certificates:

        sudo install -D '/home/somebody/payments service/.slipway/local/tls/ca.crt' \\
            /etc/docker/certs.d/localhost:4600/ca.crt
        sudo install -D '/home/somebody/payments service/.slipway/local/tls/ca.crt' \\
            /etc/containers/certs.d/localhost:4600/ca.crt"
    `);
  });

  it('fits 80 columns as far as it can be broken', () => {
    for (const line of [...pasteLines(pasteFor(plain), canvas), ...trustLines(secure, canvas)]) {
      expect(width(line)).toBeLessThanOrEqual(80);
    }
  });
});

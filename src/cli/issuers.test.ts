// What `local start` takes of the issuers of OIDC tokens, and what it says of the rest.
// It must not know what issuers are for.
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../diagnostics/index.js';
import { readIssuers } from './issuers.js';

const github = 'token.actions.githubusercontent.com';

async function refusal(...list: readonly string[]): Promise<string | undefined> {
  try {
    await readIssuers(list);
    return undefined;
  } catch (error) {
    if (error instanceof SlipwayError) return `${error.diagnostics[0]?.code}: ${error.diagnostics[0]?.message}`;
    throw error;
  }
}

describe('issuers of the command line', () => {
  it('are names with addresses, paths among them', async () => {
    expect(await readIssuers([])).toEqual({});
    expect(
      await readIssuers([`${github}=http://127.0.0.1:8080`, 'gitlab.example.org/a=https://keys.example/b']),
    ).toEqual({ oidcIssuers: { [github]: 'http://127.0.0.1:8080', 'gitlab.example.org/a': 'https://keys.example/b' } });
  });

  it('are refused where nothing could be fetched, or by anybody', async () => {
    expect(await refusal(github)).toBe(`local/bad-issuer: "${github}" is not NAME=URL`);
    expect(await refusal(`https://${github}=http://127.0.0.1:1`)).toContain('without https://');
    expect(await refusal(`${github}=nonsense`)).toContain('has the address "nonsense", which is none');
    expect(await refusal(`${github}=http://keys.example`)).toContain('plain HTTP, but not on this machine');
    expect(await refusal(`${github}=ftp://127.0.0.1`)).toContain('is not reached by ftp');
    expect(await refusal(`${github}=https://a:b@keys.example`)).toContain('credentials');
    expect(await refusal(`${github}=https://keys.example?a`)).toContain('more than scheme, host, port and path');
  });
});

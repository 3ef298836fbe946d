import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../scripts/docs/api/open-api.ts';
import { TestSite } from './kiten.ts';
import { readRepositoryFile } from './readme.ts';

describe('docs/api.md', () => {
  let site: TestSite;
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kiten-api-'));
    const file = join(directory, 'kiten.toml');
    // What a site offers only where it is set up.
    await writeFile(
      file,
      '[oidc]\nissuer = "http://localhost:1"\nclient_id = "kiten"\nroles = { staff = "viewer" }\n',
    );
    site = await TestSite.start(directory, 'up', ['--config', file]);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  it('is made of the OpenAPI document that a site serves', async () => {
    const served = await (await fetch(`${site.ready.api}/openapi.json`)).json();
    expect(JSON.parse(JSON.stringify((await describeApi()).openApi))).toEqual(served);
  });

  it('says of each operation what the site says to whoever has not signed in', async () => {
    const text = await readRepositoryFile('docs/api.md');
    const sections = [...text.matchAll(/^### (GET|DELETE) (\/\S+)\n\n.*\n\n(.*)$/gm)];
    expect(sections.length).toBeGreaterThan(40);
    for (const [, method = '', path = '', who = ''] of sections) {
      const url = `${site.ready.console.slice(0, -1)}${path.replaceAll(/\{\w+\}/g, 'x')}`;
      const { status } = await fetch(url, { method, redirect: 'manual' });
      expect([path, status === 401]).toEqual([path, !who.startsWith('For everybody')]);
    }
  });

  it('names the scope that a token needs', async () => {
    const { token } = await site.json<{ token: string }>(
      'api-token',
      'create',
      ...['--name', 'enrols', '--scope', 'enrolment'],
    );
    const text = await readRepositoryFile('docs/api.md');
    for (const [, path = '', scopes = ''] of text.matchAll(
      /^### GET (\/api\/v1\/[a-z-]+)\n\n.*\n\nRole: .* Scope: (.*)\.$/gm,
    )) {
      const answer = await fetch(`${site.ready.console.slice(0, -1)}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const lacks = answer.status === 403;
      await answer.body?.cancel();
      expect([path, lacks]).toEqual([path, !scopes.includes('`enrolment`')]);
    }
  });
});

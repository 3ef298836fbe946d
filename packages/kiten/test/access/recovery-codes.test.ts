import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openApi } from '../api-fixture.ts';
import { newOperator, typesOf } from '../fixtures.ts';

const own = 'http://localhost:7080';
const refused = { status: 401, body: { code: 'kiten/recovery-code' } };

async function newSite() {
  const site = await openApi();
  const token = await newOperator(site, 'ann', 'viewer');
  const make = async () => (await site.ask('POST', 'recovery-codes', { token })).body.codes as string[];
  const left = async () => (await site.ask('GET', 'recovery-codes', { token })).body.left as number;
  const signIn = (code: string) => site.ask('POST', 'sign-in/recovery-code', { body: { code }, origin: own });
  return { ...site, token, make, left, signIn };
}

describe('recovery codes', () => {
  it('are ten, of eighty bits each, and each signs in once', async () => {
    const { make, left, signIn, ask } = await newSite();
    expect(await left()).toBe(0);
    const codes = await make();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const answer = await signIn(codes[3] ?? '');
    expect(answer).toMatchObject({ status: 200, body: { operator: 'ann' } });
    expect(await left()).toBe(9);
    expect(await signIn(codes[3] ?? '')).toMatchObject(refused);
    expect((await ask('GET', 'recovery-codes')).status).toBe(401);
  });

  it('are read as people type them', async () => {
    const { make, signIn } = await newSite();
    const [first = '', second = ''] = await make();
    expect((await signIn(` ${first.toLowerCase().replaceAll('-', ' ')} `)).status).toBe(200);
    const mistaken = second.replaceAll('-', '').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await signIn(mistaken)).status).toBe(200);
  });

  it('sign in once, even if two ask at once', async () => {
    const { make, signIn } = await newSite();
    const [code = ''] = await make();
    const outcomes = await Promise.all([signIn(code), signIn(code)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('are replaced by newer ones, and go with their operator', async () => {
    const { make, left, signIn, operators } = await newSite();
    const [old = ''] = await make();
    const [fresh = '', other = ''] = await make();
    expect(await left()).toBe(10);
    expect(await signIn(old)).toMatchObject(refused);
    expect((await signIn(fresh)).status).toBe(200);
    await operators.remove('ann', { name: 'owner', role: 'administrator' }, 'left');
    expect(await signIn(other)).toMatchObject(refused);
  });

  it('are kept as hashes, and their making stands in the log', async () => {
    const { make, options, ledger } = await newSite();
    const codes = await make();
    expect(await typesOf(ledger)).toContain('operator/recovery-codes-made');
    const entries = await readdir(options.directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'));
    const text = (await Promise.all(texts)).join('');
    for (const code of codes) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(code.replaceAll('-', ''));
    }
  });
});

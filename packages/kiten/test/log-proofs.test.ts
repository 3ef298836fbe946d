import { encodeUtf8, fromBase64, fromHex, toHex } from '@kiten/codec';
import { leafHash, parseCheckpoint, verifyInclusion } from '@kiten/ledger';
import { describe, expect, it } from 'vitest';
import { openApi } from './api-fixture.ts';

async function proving() {
  const site = await openApi();
  await site.admit('pump-1');
  await site.verdicts.exportBundle('pump-1', { compact: false });
  const token = await site.operator('viewer');
  const prove = (of: string) => site.ask('GET', `log/proof?of=${of}`, { token });
  return { site, prove };
}

describe('the proof that something is in the log', () => {
  it('leads from the entry to a signed checkpoint, for every index', async () => {
    const { site, prove } = await proving();
    expect(site.ledger.size).toBeGreaterThan(3);
    for (let index = 0; index < site.ledger.size; index++) {
      const { body } = await prove(String(index));
      const { size, root } = parseCheckpoint(encodeUtf8(body.checkpoint));
      const leaf = leafHash(fromBase64(body.entry));
      expect(verifyInclusion(leaf, index, size, body.path.map(fromHex), root)).toBe(true);
      expect(body.read.index).toBe(index);
    }
  });

  it('is found by the hash of a statement, by evidence, and by a leaf hash', async () => {
    const { site, prove } = await proving();
    const statement = await site.database
      .selectFrom('statements')
      .selectAll()
      .where('kind', '=', 'verdict')
      .executeTakeFirstOrThrow();
    expect((await prove(statement.digest)).body).toMatchObject({ foundBy: 'statement' });
    expect((await prove(statement.digest.toUpperCase())).body.foundBy).toBe('statement');
    const [premise = ''] = site.book.get('pump-1').verdict.findings[0]?.premises ?? [];
    const { body } = await prove(premise);
    expect(body).toMatchObject({ foundBy: 'evidence', read: { subject: 'device:pump-1' } });
    expect(toHex(fromBase64(body.entry))).toContain(premise.replace('sha256:', ''));
    const leaf = toHex(leafHash(fromBase64((await prove('1')).body.entry)));
    expect((await prove(leaf)).body).toMatchObject({ index: 1, foundBy: 'leaf' });
  });

  it('is refused for what is not there, and for what is no hash', async () => {
    const { prove } = await proving();
    for (const of of ['999999', 'ab'.repeat(32)])
      expect((await prove(of)).body).toMatchObject({ status: 404, code: 'kiten/log-entry-unknown' });
    expect((await prove('pump-1')).status).toBe(400);
  });
});

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint, signCheckpoint } from '../../src/index.ts';
import {
  appendInGroups,
  imageOf,
  openTestLedger,
  origin,
  signer,
  temporaryDirectory,
  testSigner,
  verify,
  verifyWith,
} from '../support.ts';

import { build, codes } from './images.ts';

let single: string;
beforeAll(async () => {
  single = await build();
});

describe('a checkpoint', () => {
  it('signed by somebody else is forged', async () => {
    const own = parseCheckpoint(await readFile(join(single, 'checkpoint')));
    const forged = Buffer.from(signCheckpoint(own, testSigner(9)));
    expect(codes(await verifyWith(single, 'checkpoint', forged))).toEqual(['ledger/checkpoint-forged']);
  });

  it('for other entries, signed with the log’s own key, does not match them', async () => {
    const own = parseCheckpoint(await readFile(join(single, 'checkpoint')));
    const other = Buffer.from(signCheckpoint({ ...own, root: new Uint8Array(32) }, signer));
    expect((await verifyWith(single, 'checkpoint', other)).problems).toMatchObject([
      { code: 'ledger/root-mismatch', file: 'checkpoint' },
    ]);
  });

  it('that is missing is missed, and so are the tiles that it needs', async () => {
    const copy = await imageOf(single);
    await rm(join(copy, 'tile/0/000'));
    expect((await verify(copy)).problems).toMatchObject([
      { code: 'ledger/tile-missing', file: 'tile/0/000' },
    ]);
    await rm(join(copy, 'checkpoint'));
    expect(codes(await verify(copy))).toContain('ledger/checkpoint-missing');
  });

  it('kept from before shows a log that was set back as a whole', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [5]);
    await ledger.publish();
    const early = await imageOf(directory);
    const remembered = [ledger.checkpoint()];
    await appendInGroups(ledger, [5]);
    await ledger.publish();
    remembered.push(ledger.checkpoint());
    await ledger.close();
    for (const text of remembered) expect(await verify(directory, text)).toMatchObject({ intact: true });
    expect(await verify(early)).toMatchObject({ intact: true, entries: 5 });
    expect((await verify(early, remembered[1])).problems).toMatchObject([
      { code: 'ledger/rolled-back', index: 5 },
    ]);
  });

  it('kept from before shows a log that was rewritten, key and all', async () => {
    const [one, other] = [await temporaryDirectory(), await temporaryDirectory()];
    const ledger = await openTestLedger(one);
    await appendInGroups(ledger, [5]);
    await ledger.close();
    const rewritten = await openTestLedger(other);
    for (let index = 0; index < 9; index += 1) await rewritten.append(Buffer.from(`other ${index}`));
    await rewritten.close();
    expect(await verify(other)).toMatchObject({ intact: true });
    expect((await verify(other, ledger.checkpoint())).problems).toMatchObject([{ code: 'ledger/forked' }]);
  });

  it('kept from before is refused when it is no evidence', async () => {
    const text = signCheckpoint({ origin, size: 1, root: new Uint8Array(32) }, testSigner(3));
    await expect(verify(single, text)).rejects.toMatchObject({ code: 'ledger/checkpoint-forged' });
    await expect(verify(single, 'nonsense')).rejects.toMatchObject({ code: 'ledger/note-malformed' });
  });
});

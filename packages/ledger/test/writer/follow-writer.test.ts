import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { type FollowedWriter, followWriter, type Ledger, signCheckpoint } from '../../src/index.ts';
import { allEntries, openTestLedger, signer, temporaryDirectory, testEntry } from '../support.ts';
import { checkpointsIn, openSiteLedger, openWriterLedger, writerLog, writerSigner } from './support.ts';

function follow(parent: Pick<Ledger, 'append'>, siteLedger: Ledger, problems: string[] = []): FollowedWriter {
  return followWriter({
    writer: writerLog,
    parent,
    lastSeen: async () => (await checkpointsIn(siteLedger)).at(-1),
    onProblem: ({ code }) => problems.push(code),
  });
}

const signed = (size: number, fill = size) =>
  signCheckpoint({ origin: writerLog.origin, size, root: new Uint8Array(32).fill(fill) }, writerSigner);
const sizesIn = async (ledger: Ledger) => (await checkpointsIn(ledger)).map(({ size }) => size);

describe('following a writer', () => {
  it('brings each of its checkpoints into the site’s log, the empty one left out', async () => {
    const siteLedger = await openSiteLedger();
    const problems: string[] = [];
    const followed = follow(siteLedger, siteLedger, problems);
    const writerLedger = await openWriterLedger(await temporaryDirectory(), followed.onCheckpoint);
    for (const size of [1, 2, 3]) {
      await writerLedger.append(testEntry(size));
      await writerLedger.publish();
      await followed.idle();
      expect((await checkpointsIn(siteLedger)).at(-1)!.text).toBe(writerLedger.checkpoint());
    }
    expect(await sizesIn(siteLedger)).toEqual([1, 2, 3]);
    expect(problems).toEqual([]);
    await writerLedger.close();
    await siteLedger.close();
  });

  it('goes on after a crash at any point with no checkpoint twice and the last one there', async () => {
    for (const crash of [
      'before the append',
      'after the append',
      'after the append, unacknowledged',
    ] as const) {
      const siteLedger = await openSiteLedger();
      const directory = await temporaryDirectory();
      const dying: Pick<Ledger, 'append'> = {
        append: async (entry) => {
          if (crash !== 'before the append') await siteLedger.append(entry);
          if (crash !== 'after the append') throw new KitenError('ledger/write-failed', 'The process died.');
          return 0;
        },
      };
      const first = follow(dying, siteLedger);
      const before = await openWriterLedger(directory, first.onCheckpoint);
      await before.append(testEntry(0));
      await before.close();
      await first.idle();

      const second = follow(siteLedger, siteLedger);
      const writerLedger = await openWriterLedger(directory, second.onCheckpoint);
      second.onCheckpoint({ text: writerLedger.checkpoint() });
      await second.idle();
      expect(await sizesIn(siteLedger)).toEqual([1]);
      await writerLedger.append(testEntry(1));
      await writerLedger.close();
      await second.idle();
      expect(await sizesIn(siteLedger)).toEqual([1, 2]);
      await siteLedger.close();
    }
  });

  it('appends the newest of those that came while the site’s log was busy', async () => {
    const siteLedger = await openSiteLedger();
    const followed = follow(siteLedger, siteLedger);
    for (let size = 1; size <= 50; size += 1) followed.onCheckpoint({ text: signed(size) });
    await followed.idle();
    expect(await sizesIn(siteLedger)).toEqual([1, 50]);
    await siteLedger.close();
  });

  it('reports what it cannot append and goes on with the next', async () => {
    const siteLedger = await openSiteLedger();
    const problems: string[] = [];
    let full = true;
    const sometimesFull: Pick<Ledger, 'append'> = {
      append: (entry) =>
        full
          ? Promise.reject(new KitenError('ledger/disk-full', 'There is no room.'))
          : siteLedger.append(entry),
    };
    const followed = follow(sometimesFull, siteLedger, problems);
    followed.onCheckpoint({ text: signed(1) });
    await followed.idle();
    full = false;
    followed.onCheckpoint({ text: signed(2) });
    await followed.idle();
    expect(problems).toEqual(['ledger/disk-full']);
    expect(await sizesIn(siteLedger)).toEqual([2]);
    await siteLedger.close();
  });

  it('asks again what the site’s log has when that could not be told', async () => {
    const siteLedger = await openSiteLedger();
    await siteLedger.append(testEntry(0));
    const problems: string[] = [];
    let asked = 0;
    const followed = followWriter({
      writer: writerLog,
      parent: siteLedger,
      lastSeen: async () => {
        asked += 1;
        if (asked === 1) throw new KitenError('ledger/damaged', 'An entry cannot be read.');
        return undefined;
      },
      onProblem: ({ code }) => problems.push(code),
    });
    for (const size of [1, 2, 3]) {
      followed.onCheckpoint({ text: signed(size) });
      await followed.idle();
    }
    expect({ problems, asked }).toEqual({ problems: ['ledger/damaged'], asked: 2 });
    expect(await sizesIn(siteLedger)).toEqual([2, 3]);
    await siteLedger.close();
  });

  it.each<[string, string, string]>([
    [
      'of another log',
      signCheckpoint({ origin: 'a/b', size: 9, root: new Uint8Array(32) }, writerSigner),
      'other-log',
    ],
    [
      'signed with another key',
      signCheckpoint({ origin: writerLog.origin, size: 9, root: new Uint8Array(32) }, signer),
      'checkpoint-forged',
    ],
    ['that is none', 'text', 'note-malformed'],
    ['of fewer entries than before', signed(4), 'rolled-back'],
    ['with another root for as many entries', signed(5, 0), 'forked'],
  ])('lets no checkpoint %s into the site’s log', async (_, text, code) => {
    for (const restarted of [false, true]) {
      const siteLedger = await openSiteLedger();
      const problems: string[] = [];
      let followed = follow(siteLedger, siteLedger, problems);
      followed.onCheckpoint({ text: signed(5) });
      await followed.idle();
      if (restarted) followed = follow(siteLedger, siteLedger, problems);
      followed.onCheckpoint({ text });
      await followed.idle();
      followed.onCheckpoint({ text: signed(5) });
      await followed.idle();
      expect(problems).toEqual([`ledger/${code}`]);
      expect(await allEntries(siteLedger)).toHaveLength(1);
      await siteLedger.close();
    }
  });

  it('works for a log whose key was changed', async () => {
    const siteLedger = await openTestLedger(await temporaryDirectory());
    const followed = followWriter({
      writer: { ...writerLog, publicKeys: [signer.publicKey, writerSigner.publicKey] },
      parent: siteLedger,
      lastSeen: async () => undefined,
      onProblem: (problem) => expect.unreachable(problem.message),
    });
    followed.onCheckpoint({ text: signed(1) });
    await followed.idle();
    expect(await sizesIn(siteLedger)).toEqual([1]);
    await siteLedger.close();
  });
});

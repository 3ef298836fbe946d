import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manualClock } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyEd25519 } from '../../src/ed25519.ts';
import { parseCheckpoint, signCheckpoint, signNote, verifyNote } from '../../src/index.ts';
import { PublishedTree } from '../../src/publish/published-tree.ts';
import { Publisher } from '../../src/publish/publisher.ts';
import { originHashOf } from '../../src/segment/segment-header.ts';
import {
  appendInGroups,
  clock,
  imageOf,
  openTestLedger,
  origin,
  signer,
  temporaryDirectory,
  testEntry,
  testSigner,
  verify,
} from '../support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const parse = (text: string) => parseCheckpoint(Buffer.from(text));
const onDisk = (directory: string) => readFile(join(directory, 'checkpoint'), 'utf8');
const isOwn = (text: string, key = signer) =>
  verifyNote(parse(text).note, origin, key.publicKey, verifyEd25519);

/** The signature line of a witness for a checkpoint. */
function cosigned(checkpoint: string, name = 'witness.example', key = testSigner(7)): string {
  return signNote(parse(checkpoint).note.text, name, key).split('\n\n')[1]!.trimEnd();
}

describe('extension lines', () => {
  it('stand after the root and are signed', async () => {
    const directory = await temporaryDirectory();
    const lines = ['time 1790000000', 'ratchet 文字'];
    const ledger = await openTestLedger(directory, { extensions: () => lines });
    await appendInGroups(ledger, [3]);
    await ledger.publish();
    const text = await onDisk(directory);
    expect(text.split('\n').slice(3, 6)).toEqual([...lines, '']);
    expect(parse(text)).toMatchObject({ size: 3, extensions: lines });
    expect(isOwn(text)).toBe(true);
    expect(isOwn(text.replace('time 1790000000', 'time 1790000001'))).toBe(false);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true });
    await (await openTestLedger(directory)).close();
  });

  it('come back as they were signed, whatever they say', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
    const head = { origin, size: 7, root: new Uint8Array(32) };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 16 }), (lines) => {
        fc.pre(lines.every((each) => !/\p{Cc}/u.test(each) && Buffer.byteLength(each) <= 256));
        expect(parse(signCheckpoint(head, signer, lines)).extensions).toEqual(lines);
      }),
    );
  });

  it.each([
    ['too many', Array.from({ length: 17 }, () => 'x')],
    ['one that is empty', ['']],
    ['one of 257 bytes', [`${'x'.repeat(255)}é`]],
    ['one with a line break', ['a\nb']],
    ['one with a carriage return', ['a\r']],
    ['one with half a character', ['\ud800']],
  ])('are refused when there are %s', async (_, lines) => {
    const directory = await temporaryDirectory();
    let given: readonly string[] = [];
    const ledger = await openTestLedger(directory, { extensions: () => given });
    await ledger.append(testEntry(0));
    given = lines;
    await expect(ledger.publish()).rejects.toThrow(refusal('ledger/extension-unsuitable'));
    expect(parse(await onDisk(directory)).size).toBe(0);
    given = ['x'.repeat(256)];
    await ledger.close();
    expect(parse(await onDisk(directory))).toMatchObject({ size: 1, extensions: given });
  });

  it('are refused when they cannot be had', async () => {
    const directory = await temporaryDirectory();
    let fails = false;
    const extensions = () => {
      if (fails) throw new Error('no time');
      return [];
    };
    const ledger = await openTestLedger(directory, { extensions });
    fails = true;
    await expect(ledger.publish({ renew: true })).rejects.toMatchObject({
      code: 'ledger/extension-unsuitable',
      cause: { message: 'no time' },
    });
    await ledger.close();
  });
});

describe('a checkpoint signed anew', () => {
  it('says the same of the log, with other extension lines', async () => {
    const directory = await temporaryDirectory();
    let time = 1;
    const ledger = await openTestLedger(directory, { extensions: () => [`time ${time}`] });
    await appendInGroups(ledger, [5]);
    await ledger.publish();
    const before = parse(ledger.checkpoint());
    time = 2;
    await ledger.publish();
    expect(parse(ledger.checkpoint())).toEqual(before);
    await ledger.publish({ renew: true });
    expect(parse(ledger.checkpoint())).toMatchObject({ size: 5, root: before.root, extensions: ['time 2'] });
    expect(await onDisk(directory)).toBe(ledger.checkpoint());
    expect(isOwn(ledger.checkpoint())).toBe(true);
    await ledger.close();
    await expect(ledger.publish({ renew: true })).rejects.toThrow(refusal('ledger/closed'));
  });

  it('covers what was appended meanwhile', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    await appendInGroups(ledger, [5]);
    await ledger.publish({ renew: true });
    expect(parse(ledger.checkpoint()).size).toBe(5);
    await ledger.close();
  });

  it('is signed with the new key after a change of keys, and keeps the signature of the old one', async () => {
    const directory = await temporaryDirectory();
    await (await openTestLedger(directory)).close();
    const [next, previousKeys] = [testSigner(2), [signer.publicKey]];
    const ledger = await openTestLedger(directory, { signer: next, previousKeys });
    await ledger.publish({ renew: true });
    expect(isOwn(ledger.checkpoint(), next)).toBe(true);
    expect(isOwn(ledger.checkpoint())).toBe(true);
    await ledger.close();
    await (await openTestLedger(directory, { signer: next })).close();
  });

  it('comes by itself when the latest is old, and not before', async () => {
    const time = manualClock(1000);
    const signed: number[] = [];
    const ledger = await openTestLedger(await temporaryDirectory(), {
      clock: time,
      publishInterval: 1,
      refreshInterval: 10,
      extensions: () => [`time ${time.now()}`],
      onCheckpoint: ({ at }) => signed.push(at),
    });
    // The first stands for nothing yet; the second shows that the age of what was found at opening isn't known.
    await expect.poll(() => signed).toEqual([1000, 1000]);
    time.advance(9);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(signed).toEqual([1000, 1000]);
    time.advance(1);
    await expect.poll(() => signed).toEqual([1000, 1000, 1010]);
    expect(parse(ledger.checkpoint()).extensions).toEqual(['time 1010']);
    // A clock that was stepped back tells nothing about the age.
    time.set(500);
    await expect.poll(() => signed).toEqual([1000, 1000, 1010, 500]);
    await ledger.close();
  });

  it('never comes by itself when the interval has no end', async () => {
    const signed: number[] = [];
    const ledger = await openTestLedger(await temporaryDirectory(), {
      publishInterval: 1,
      refreshInterval: Number.POSITIVE_INFINITY,
      onCheckpoint: ({ size }) => signed.push(size),
    });
    await expect.poll(() => signed).toEqual([0]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(signed).toEqual([0]);
    await ledger.append(testEntry(0));
    await expect.poll(() => signed).toEqual([0, 1]);
    await ledger.close();
  });

  it('is tried again when it could not be written, and the latest stands meanwhile', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [2]);
    await ledger.publish();
    const before = ledger.checkpoint();
    await rm(join(directory, 'pending'), { recursive: true });
    await expect(ledger.publish({ renew: true })).rejects.toThrow(refusal('ledger/publish-failed'));
    expect(await ledger.attach([cosigned(before)], 2, before)).toBe(false);
    expect(await onDisk(directory)).toBe(before);
    await writeFile(join(directory, 'checkpoint'), 'as if it had been half done');
    await mkdir(join(directory, 'pending'));
    await ledger.publish();
    expect(await onDisk(directory)).toBe(before);
    await ledger.close();
  });

  it('is refused for a tree that contradicts the one before', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [2]);
    await ledger.close();
    const head = { size: 0, chain: originHashOf(origin) };
    const position = { name: 'segment-0000000000000000', offset: 120, index: 0, chain: head.chain };
    const other = signCheckpoint({ origin, size: 0, root: new Uint8Array(32) }, signer);
    const publisher = new Publisher(
      { directory, origin, originHash: head.chain, signer, clock },
      { tree: PublishedTree.empty(), position, checkpoint: other },
    );
    const before = await onDisk(directory);
    await expect(publisher.publish(head, true)).rejects.toThrow(refusal('ledger/forked'));
    expect(await onDisk(directory)).toBe(before);
  });
});

describe('an attached signature', () => {
  it('stands on the checkpoint that it signs, and on the disk', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [4]);
    await ledger.publish();
    const { text } = parse(ledger.checkpoint()).note;
    const line = cosigned(ledger.checkpoint());
    expect(await ledger.attach([line], 4, text)).toBe(true);
    expect(ledger.checkpoint().endsWith(`\n${line}\n`)).toBe(true);
    expect(await onDisk(directory)).toBe(ledger.checkpoint());
    expect(isOwn(ledger.checkpoint())).toBe(true);
    const { note } = parse(ledger.checkpoint());
    expect(verifyNote(note, 'witness.example', testSigner(7).publicKey, verifyEd25519)).toBe(true);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true });
    const again = await openTestLedger(directory);
    expect(again.checkpoint()).toContain(line);
    await again.close();
  });

  it('counts once, and a later one of the same key takes its place', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    const [first, second] = [cosigned(ledger.checkpoint()), cosigned(ledger.checkpoint(), 'b.example')];
    await ledger.attach([first, first], 0, ledger.checkpoint());
    await ledger.attach([second, first], 0, ledger.checkpoint());
    expect(parse(ledger.checkpoint()).note.signatures.map(({ name }) => name)).toEqual([
      origin,
      'witness.example',
      'b.example',
    ]);
    const later = `${first.slice(0, -8)}AAAAAAA=`;
    await ledger.attach([later], 0, ledger.checkpoint());
    expect(ledger.checkpoint()).toContain(later);
    expect(ledger.checkpoint()).not.toContain(first);
    await ledger.close();
  });

  it('does not come on another checkpoint', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    const old = ledger.checkpoint();
    await appendInGroups(ledger, [1]);
    await ledger.publish();
    const now = ledger.checkpoint();
    expect(await ledger.attach([cosigned(old)], 0, old)).toBe(false);
    expect(await ledger.attach([cosigned(now)], 0, now)).toBe(false);
    expect(ledger.checkpoint()).toBe(now);
    await ledger.close();
    await expect(ledger.attach([cosigned(now)], 1, now)).rejects.toThrow(refusal('ledger/closed'));
  });

  it('stays when the checkpoint is signed anew with the same text, and goes with another', async () => {
    let lines: readonly string[] = [];
    const ledger = await openTestLedger(await temporaryDirectory(), { extensions: () => lines });
    const line = cosigned(ledger.checkpoint());
    await ledger.attach([line], 0, ledger.checkpoint());
    await ledger.publish({ renew: true });
    expect(ledger.checkpoint()).toContain(line);
    lines = ['other'];
    await ledger.publish({ renew: true });
    expect(ledger.checkpoint()).not.toContain(line);
    await ledger.close();
  });

  it('under the log’s own key is left out, because one that does not hold would spoil the checkpoint', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    const before = ledger.checkpoint();
    const bad = signNote('something else\n', origin, signer).split('\n\n')[1]!.trimEnd();
    expect(await ledger.attach([bad], 0, before)).toBe(true);
    expect(ledger.checkpoint()).toBe(before);
    await ledger.close();
  });

  it.each([
    ['no signature line', ['hello']],
    ['two lines in one, with an empty one between', ['— a AAAAAAA=\n\n— b AAAAAAA=']],
    ['an empty line', ['']],
    ['a text in front', ['x\n\n— b AAAAAAA=']],
    ['too many', Array.from({ length: 64 }, (_, place) => `— w${place} AAAAAAA=`)],
  ])('is refused when it is %s', async (_, lines) => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    const before = ledger.checkpoint();
    await expect(ledger.attach(lines, 0, before)).rejects.toThrow(refusal('ledger/note-malformed'));
    expect(await onDisk(directory)).toBe(before);
    await ledger.close();
  });

  it('never mixes with a checkpoint that is being published', async () => {
    const directory = await temporaryDirectory();
    const seen: string[] = [];
    const ledger = await openTestLedger(directory, { onCheckpoint: ({ text }) => seen.push(text) });
    const work: Promise<unknown>[] = [];
    for (let count = 0; count < 30; count += 1) {
      work.push(ledger.append(testEntry(count)).then(() => ledger.publish()));
      const latest = seen.at(-1)!;
      work.push(ledger.attach([cosigned(latest, `w${count}.example`)], parse(latest).size, latest));
    }
    await Promise.all(work);
    const image = await imageOf(directory);
    expect(await onDisk(image)).toBe(ledger.checkpoint());
    const { note, size } = parse(ledger.checkpoint());
    expect(size).toBe(30);
    for (const { name } of note.signatures) {
      const key = name === origin ? signer : testSigner(7);
      expect(verifyNote(note, name, key.publicKey, verifyEd25519)).toBe(true);
    }
    await ledger.close();
  });
});

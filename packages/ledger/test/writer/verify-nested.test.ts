import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  encodeWriterCheckpoint,
  followWriter,
  type Ledger,
  type NestedLogs,
  type NestedProof,
  signCheckpoint,
  verifyNested,
} from '../../src/index.ts';
import { origin, signer, temporaryDirectory, testEntry, testSigner } from '../support.ts';
import {
  openSiteLedger,
  openWriterLedger,
  pathIn,
  proveNested,
  site,
  writer,
  writerLog,
  writerSigner,
} from './support.ts';

const logs: NestedLogs = { site, writer };
const writerSizes = [3, 8, 21];
/** Where the writer's checkpoints stand in the site's log, between entries of its own. */
const places = [1, 3, 5];
let writerLedger: Ledger;
let siteLedger: Ledger;

beforeAll(async () => {
  siteLedger = await openSiteLedger();
  const followed = followWriter({
    writer: writerLog,
    parent: siteLedger,
    lastSeen: async () => undefined,
    onProblem: (problem) => expect.unreachable(problem.message),
  });
  writerLedger = await openWriterLedger(await temporaryDirectory(), followed.onCheckpoint);
  for (const size of writerSizes) {
    await siteLedger.append(testEntry(siteLedger.size));
    while (writerLedger.size < size) await writerLedger.append(testEntry(writerLedger.size));
    await writerLedger.publish();
    await followed.idle();
  }
  await siteLedger.publish();
  return async () => {
    await writerLedger.close();
    await siteLedger.close();
  };
});

function verdictOf(entry: Uint8Array, proof: NestedProof, other: NestedLogs = logs): string {
  const verdict = verifyNested(entry, proof, other);
  return verdict.verified ? 'verified' : `${verdict.log}: ${verdict.problem.code}`;
}

describe('a nested proof', () => {
  it('holds for every entry under every later checkpoint of its writer', async () => {
    for (const [at, size] of writerSizes.entries()) {
      for (let index = 0; index < size; index += 1) {
        const proof = await proveNested(writerLedger, siteLedger, index, places[at]!);
        expect(verdictOf(testEntry(index), proof)).toBe('verified');
        expect(verdictOf(testEntry(index + 1), proof)).toBe('writer: ledger/not-included');
      }
    }
  });

  it('says in which log it fails, and why', async () => {
    const entry = testEntry(2);
    const proof = await proveNested(writerLedger, siteLedger, 2, 3);
    const earlier = await proveNested(writerLedger, siteLedger, 2, 1);
    const stranger = testSigner(9);
    const forgedNote = signCheckpoint({ origin, size: 6, root: new Uint8Array(32) }, stranger);
    const emptyNote = signCheckpoint({ origin, size: 6, root: new Uint8Array(32) }, signer);
    const cases: [string, Partial<NestedProof>][] = [
      ['site: ledger/note-malformed', { siteCheckpoint: 'text' }],
      ['site: codec/utf8-lone-surrogate', { siteCheckpoint: '\ud800' }],
      ['site: ledger/other-log', { siteCheckpoint: writerLedger.checkpoint() }],
      ['site: ledger/checkpoint-forged', { siteCheckpoint: forgedNote }],
      ['site: ledger/not-included', { siteCheckpoint: emptyNote }],
      ['site: ledger/not-included', { inSite: { ...proof.inSite, index: 2 } }],
      ['site: ledger/not-included', { inSite: earlier.inSite }],
      ['site: ledger/not-included', { writerCheckpoint: earlier.writerCheckpoint }],
      ['site: ledger/entry-too-large', { writerCheckpoint: new Uint8Array(5000) }],
      ['writer: ledger/not-included', { inWriter: earlier.inWriter }],
      ['writer: ledger/not-included', { inWriter: { ...proof.inWriter, index: 3 } }],
      // Another entry of the site's log, which is in it, is no writer's checkpoint.
      [
        'writer: ledger/entry-malformed',
        { writerCheckpoint: testEntry(0), inSite: await pathIn(siteLedger, 0, 6) },
      ],
    ];
    for (const [expected, change] of cases) expect(verdictOf(entry, { ...proof, ...change })).toBe(expected);
    expect(verdictOf(new Uint8Array(5000), proof)).toBe('writer: ledger/entry-too-large');
  });

  it('holds for that writer and that site only', async () => {
    const proof = await proveNested(writerLedger, siteLedger, 2, 3);
    const verdict = (change: Partial<NestedLogs>) => verdictOf(testEntry(2), proof, { ...logs, ...change });
    expect(verdict({ writer: { ...writer, name: 'gateway-2' } })).toBe('writer: ledger/other-log');
    expect(verdict({ writer: { ...writer, name: '../x' } })).toBe('writer: ledger/origin-unsuitable');
    expect(verdict({ writer: { ...writer, publicKeys: [signer.publicKey] } })).toBe(
      'writer: ledger/checkpoint-forged',
    );
    expect(verdict({ writer: { ...writer, publicKeys: [] } })).toBe('writer: ledger/checkpoint-forged');
    expect(verdict({ site: { ...site, origin: 'plant-8.example/log' } })).toBe('site: ledger/other-log');
    expect(verdict({ site: { ...site, publicKeys: [] } })).toBe('site: ledger/checkpoint-forged');
    expect(verdict({ site: { ...site, publicKeys: [testSigner(9).publicKey, signer.publicKey] } })).toBe(
      'verified',
    );
  });

  it('doesn’t hold by a checkpoint that is in the site’s log but that the writer didn’t sign', async () => {
    const head = { origin: writerLog.origin, size: 1, root: new Uint8Array(32) };
    const ledger = await openSiteLedger();
    await ledger.append(encodeWriterCheckpoint(signCheckpoint(head, signer)));
    await ledger.publish();
    const proof = await proveNested(writerLedger, ledger, 0, 0);
    expect(verdictOf(testEntry(0), proof)).toBe('writer: ledger/checkpoint-forged');
    await ledger.append(encodeWriterCheckpoint(signCheckpoint(head, writerSigner)));
    await ledger.publish();
    expect(verdictOf(testEntry(0), await proveNested(writerLedger, ledger, 0, 1))).toBe(
      'writer: ledger/not-included',
    );
    await ledger.close();
  });

  it('fails with any bit of it flipped', async () => {
    const entry = testEntry(5);
    const proof = await proveNested(writerLedger, siteLedger, 5, 3);
    expect(verdictOf(entry, proof)).toBe('verified');
    fc.assert(
      fc.property(
        fc.constantFrom('entry', 'checkpoint', 'site', 'inWriter', 'inSite'),
        fc.nat(),
        (part, bit) => {
          const flip = (bytes: Uint8Array): Uint8Array => {
            const at = (bit >> 3) % bytes.length;
            return Uint8Array.from(bytes).with(at, bytes[at]! ^ (1 << (bit & 7)));
          };
          const flipPath = ({ index, path }: NestedProof['inSite']) => {
            const at = bit % path.length;
            return { index, path: path.with(at, flip(path[at]!)) };
          };
          const changed: NestedProof = {
            inWriter: part === 'inWriter' ? flipPath(proof.inWriter) : proof.inWriter,
            writerCheckpoint: part === 'checkpoint' ? flip(proof.writerCheckpoint) : proof.writerCheckpoint,
            inSite: part === 'inSite' ? flipPath(proof.inSite) : proof.inSite,
            siteCheckpoint:
              part === 'site'
                ? Buffer.from(flip(Buffer.from(proof.siteCheckpoint))).toString()
                : proof.siteCheckpoint,
          };
          expect(verdictOf(part === 'entry' ? flip(entry) : entry, changed)).not.toBe('verified');
        },
      ),
      { numRuns: 500 },
    );
  });
});

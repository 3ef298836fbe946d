import { encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cosignerKey,
  parseCheckpoint,
  parseSubmission,
  proveSplitView,
  signatureLine,
  signCheckpoint,
  verifierKey,
  verifyCosignature,
  Witness,
  type WitnessAnswer,
  type WitnessState,
  type WitnessStore,
} from '../../src/index.ts';
import { litewitness } from '../note/vectors.ts';
import { latticeSigner, testSigner } from '../signers.ts';
import {
  cosigner,
  log,
  logSigner,
  MemoryStore,
  origin,
  seconds,
  TestLog,
  testWitness,
  textOf,
  witnessKey,
} from './support.ts';

const tree = new TestLog(40);
const fork = new TestLog(40, { forkAt: 10, branch: 1 });

/** The time of the witness's cosignature on the checkpoint of a request; nothing if it has none there. */
function cosignedAt(body: Uint8Array, answer: WitnessAnswer): bigint | undefined {
  const { text } = parseSubmission(body).checkpoint.note;
  const note = `${text}\n${textOf(answer)}`;
  return verifyCosignature(parseCheckpoint(encodeUtf8(note)), witnessKey)?.timestamp;
}

/** A witness that has cosigned the tree of `size`. */
async function witnessAt(size: number) {
  const made = testWitness();
  await made.witness.addCheckpoint(tree.submission(0, size));
  return made;
}

describe('a witness', () => {
  it('cosigns the first tree that it sees, and each one that extends the last', async () => {
    const { witness, store, suspicions } = testWitness();
    for (const [from, to] of [
      [0, 5],
      [5, 8],
      [8, 8],
      [8, 33],
    ] as const) {
      const body = tree.submission(from, to);
      const answer = await witness.addCheckpoint(body);
      expect(answer).toMatchObject({ status: 200, contentType: 'text/plain; charset=utf-8' });
      expect(cosignedAt(body, answer)).toBe(BigInt(seconds));
      expect(await store.read(origin)).toEqual({
        size: to,
        root: new Uint8Array(tree.root(to)),
        note: tree.checkpoint(to),
      });
    }
    expect(suspicions).toEqual([]);
  });

  it('cosigns what litewitness cosigns', async () => {
    const publicKey = Buffer.from(`302a300506032b6570032100${litewitness.publicKey}`, 'hex');
    const followed = {
      origin: litewitness.origin,
      keys: [verifierKey(litewitness.origin, 'ed25519', publicKey)],
    };
    const { witness } = testWitness({ logs: [log, followed] });
    const body = Buffer.from(litewitness.request);
    expect(cosignedAt(body, await witness.addCheckpoint(body))).toBe(BigInt(seconds));
  });

  it('cosigns the empty tree, and nothing else of that size', async () => {
    const { witness, store } = testWitness();
    const body = tree.submission(0, 0);
    expect(cosignedAt(body, await witness.addCheckpoint(body))).toBe(BigInt(seconds));
    expect(await store.read(origin)).toBeUndefined();
    const filled = signCheckpoint({ origin, size: 0, root: tree.root(1) }, logSigner);
    expect(await witness.addCheckpoint(Buffer.from(`old 0\n\n${filled}`))).toMatchObject({ status: 409 });
  });

  it('does not cosign a tree of some size with the root of the empty one', async () => {
    const { witness } = testWitness();
    const hollow = signCheckpoint({ origin, size: 3, root: tree.root(0) }, logSigner);
    expect(await witness.addCheckpoint(Buffer.from(`old 0\n\n${hollow}`))).toMatchObject({ status: 422 });
  });

  it('cosigns with each of its keys', async () => {
    const lattice = { name: cosigner.name, signer: latticeSigner() };
    const { witness } = testWitness({ cosigners: [cosigner, lattice] });
    const answer = await witness.addCheckpoint(tree.submission(0, 5));
    const checkpoint = parseCheckpoint(encodeUtf8(tree.checkpoint(5) + textOf(answer)));
    for (const key of witness.keys)
      expect(verifyCosignature(checkpoint, key)?.timestamp).toBe(BigInt(seconds));
    expect(witness.keys).toEqual([cosignerKey(cosigner), cosignerKey(lattice)]);
  });

  it('keeps of a checkpoint only what the log signed', async () => {
    const { witness, store } = testWitness();
    const stranger = signatureLine({
      name: 'stranger',
      keyId: new Uint8Array(4),
      signature: new Uint8Array(900),
    });
    const { status } = await witness.addCheckpoint(Buffer.from(`old 0\n\n${tree.checkpoint(5)}${stranger}`));
    expect(status).toBe(200);
    expect((await store.read(origin))?.note).toBe(tree.checkpoint(5));
  });

  it('has the state on record before it answers', async () => {
    const order: string[] = [];
    class SlowStore extends MemoryStore {
      override async replace(name: string, size: number, state: WitnessState): Promise<boolean> {
        await new Promise((done) => setImmediate(done));
        order.push('recorded');
        return super.replace(name, size, state);
      }
    }
    const { witness } = testWitness({ store: new SlowStore() });
    await witness.addCheckpoint(tree.submission(0, 5)).then(() => order.push('answered'));
    expect(order).toEqual(['recorded', 'answered']);
  });
});

describe('a witness refuses with', () => {
  it.each([
    ['what is no submission', Buffer.from('nonsense')],
    ['a malformed checkpoint', Buffer.from('old 0\n\nnonsense\n')],
    ['an old size above that of the checkpoint', tree.submission(7, 6)],
  ])('400 %s', async (_, body) => {
    const { witness, suspicions } = await witnessAt(7);
    expect(await witness.addCheckpoint(body)).toMatchObject({ status: 400 });
    expect(suspicions).toEqual([]);
  });

  it('404 a log that it does not follow', async () => {
    const checkpoint = signCheckpoint(
      { origin: 'other.example/log', size: 1, root: tree.root(1) },
      logSigner,
    );
    const { witness } = testWitness();
    expect(await witness.addCheckpoint(Buffer.from(`old 0\n\n${checkpoint}`))).toMatchObject({ status: 404 });
  });

  it('403 a checkpoint that the log did not sign, or signed once rightly and once wrongly', async () => {
    const { witness, store } = testWitness();
    const stranger = new TestLog(5, { signer: testSigner(9) });
    expect(await witness.addCheckpoint(stranger.submission(0, 5))).toMatchObject({ status: 403 });
    const wrong = tree.checkpoint(4).split('\n\n')[1]!;
    const both = Buffer.from(`old 0\n\n${tree.checkpoint(5)}${wrong}`);
    expect(await witness.addCheckpoint(both)).toMatchObject({ status: 403 });
    expect(await store.read(origin)).toBeUndefined();
  });

  it.each([
    ['behind', 0, 20, 12],
    ['ahead', 15, 20, 12],
    ['behind, with a checkpoint that is behind too', 5, 8, 12],
    ['of a log that was never cosigned', 3, 8, 0],
  ])('409 and its size an old size that is %s', async (_, from, to, recorded) => {
    const { witness, suspicions } = await witnessAt(recorded);
    const answer = await witness.addCheckpoint(tree.submission(from, to));
    expect(answer).toMatchObject({ status: 409, contentType: 'text/x.tlog.size' });
    expect(textOf(answer)).toBe(`${recorded}\n`);
    expect(suspicions).toEqual([]);
  });

  it('409 and a sentence another tree of the size that it cosigned', async () => {
    const { witness } = await witnessAt(12);
    const answer = await witness.addCheckpoint(fork.submission(12, 12));
    expect(answer).toMatchObject({ status: 409, contentType: 'text/plain; charset=utf-8' });
  });

  it('422 a proof that does not hold, is not needed, or leads from another tree', async () => {
    const { witness } = await witnessAt(12);
    const proof = tree.consistency(12, 20).map((hash) => Buffer.from(hash).toString('base64'));
    for (const lines of [proof.slice(1), [...proof, proof[0]], proof.toReversed(), []]) {
      const body = Buffer.from(['old 12', ...lines, '', tree.checkpoint(20)].join('\n'));
      expect(await witness.addCheckpoint(body)).toMatchObject({ status: 422 });
    }
    expect(await witness.addCheckpoint(fork.submission(12, 20))).toMatchObject({ status: 422 });
    const same = Buffer.from(`old 12\n${proof[0]}\n\n${tree.checkpoint(12)}`);
    expect(await witness.addCheckpoint(same)).toMatchObject({ status: 422 });
    const first = Buffer.from(`old 0\n${proof[0]}\n\n${tree.checkpoint(12)}`);
    expect(await testWitness().witness.addCheckpoint(first)).toMatchObject({ status: 422 });
  });
});

describe('a witness suspects', () => {
  it.each([
    ['asked for that size', 12],
    ['with an old size that is not on record', 3],
  ])('two trees of one size, %s, and the two notes prove it', async (_, from) => {
    const { witness, suspicions } = await witnessAt(12);
    await witness.addCheckpoint(fork.submission(from, 12));
    expect(suspicions).toEqual([
      { kind: 'split-view', origin, cosigned: tree.checkpoint(12), submitted: fork.checkpoint(12) },
    ]);
    const [{ cosigned, submitted }] = suspicions as [(typeof suspicions)[0]];
    expect(proveSplitView(cosigned, submitted, log)).toMatchObject({ contradiction: 'other-root' });
  });

  it('a larger tree that the proof does not lead to, which proves nothing yet', async () => {
    const { witness, suspicions } = await witnessAt(12);
    await witness.addCheckpoint(fork.submission(12, 20));
    expect(suspicions).toEqual([
      { kind: 'unproven', origin, cosigned: tree.checkpoint(12), submitted: fork.checkpoint(20) },
    ]);
    expect(proveSplitView(suspicions[0]!.cosigned, suspicions[0]!.submitted, log)).toBeUndefined();
  });

  it('an empty tree with something in it', async () => {
    const { witness, suspicions } = await witnessAt(12);
    const filled = signCheckpoint({ origin, size: 0, root: tree.root(1) }, logSigner);
    await witness.addCheckpoint(Buffer.from(`old 0\n\n${filled}`));
    expect(suspicions).toMatchObject([{ kind: 'split-view', submitted: filled }]);
  });

  it('nothing of a smaller tree, not even of another history: both notes may be of a time before', async () => {
    const { witness, suspicions } = await witnessAt(20);
    for (const [from, to] of [
      [0, 11],
      [11, 15],
      [20, 15],
    ] as const) {
      await witness.addCheckpoint(fork.submission(from, to));
    }
    expect(suspicions).toEqual([]);
  });

  it('nobody because of what a stranger signed', async () => {
    const { witness, suspicions } = await witnessAt(12);
    const stranger = new TestLog(12, { forkAt: 3, branch: 2, signer: testSigner(9) });
    await witness.addCheckpoint(stranger.submission(12, 12));
    expect(suspicions).toEqual([]);
  });
});

describe('a witness whose record fails', () => {
  const failing = (part: Partial<WitnessStore>): WitnessStore => {
    const store = new MemoryStore();
    return { read: (name) => store.read(name), replace: (...given) => store.replace(...given), ...part };
  };

  it.each([
    ['cannot be read', failing({ read: () => Promise.reject(new Error('disk')) })],
    ['cannot be written', failing({ replace: () => Promise.reject(new Error('disk')) })],
    ['changes and does not grow', failing({ replace: () => Promise.resolve(false) })],
  ])('because it %s answers nothing', async (_, store) => {
    const { witness } = testWitness({ store });
    await expect(witness.addCheckpoint(tree.submission(0, 5))).rejects.toMatchObject({
      code: 'ledger/witness-store',
    });
  });

  it('because a suspicion cannot be kept answers nothing', async () => {
    const { store } = await witnessAt(12);
    const { clock } = testWitness();
    const onSuspicion = () => Promise.reject(new Error('disk'));
    const witness = new Witness({ cosigners: [cosigner], logs: [log], store, clock, onSuspicion });
    await expect(witness.addCheckpoint(fork.submission(12, 12))).rejects.toMatchObject({
      code: 'ledger/witness-store',
    });
  });
});

describe('a witness is not made', () => {
  const misconfigured = expect.objectContaining({ code: 'ledger/witness-misconfigured' });
  const unsuitable = expect.objectContaining({ code: 'ledger/key-unsuitable' });

  it.each([
    ['without a key', { cosigners: [] }, misconfigured],
    ['to follow an origin twice', { logs: [log, log] }, misconfigured],
    [
      'to follow an origin that no cosignature can name',
      { logs: [{ ...log, origin: 'o'.repeat(256) }] },
      misconfigured,
    ],
    ['to follow a log without a key', { logs: [{ origin, keys: [] }] }, unsuitable],
    ['to follow a log by the key of a witness', { logs: [{ origin, keys: [witnessKey] }] }, unsuitable],
    ['with a name that no key has', { cosigners: [{ ...cosigner, name: 'a b' }] }, unsuitable],
  ])('%s', (_, options, error) => {
    expect(() => testWitness(options)).toThrow(error);
  });
});

describe('whatever is submitted', () => {
  it('gets an answer of the protocol, and a cosignature only for what the log signed', async () => {
    const { witness } = await witnessAt(12);
    const body = tree.submission(12, 20);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: body.length - 1 }),
        fc.nat({ max: 3 }),
        fc.uint8Array({ maxLength: 3 }),
        async (at, removed, inserted) => {
          const mutated = Buffer.concat([body.subarray(0, at), inserted, body.subarray(at + removed)]);
          const answer = await witness.addCheckpoint(mutated);
          expect([200, 400, 403, 404, 409, 422]).toContain(answer.status);
          if (answer.status === 200) expect(cosignedAt(body, answer)).toBe(BigInt(seconds));
        },
      ),
      { numRuns: 400 },
    );
  });
});

import { encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  askWitness,
  type Cosigner,
  cosign,
  cosignerKey,
  type PostAnswer,
  parseCheckpoint,
  signatureLine,
  verifierKey,
  verifyCosignature,
  type Witness,
} from '../../src/index.ts';
import { latticeSigner, testSigner } from '../signers.ts';
import { cosigner, log, seconds, TestLog, testWitness, textOf, timelessLine, witnessKey } from './support.ts';

const tree = new TestLog(40);
const fork = new TestLog(40, { forkAt: 10, branch: 1 });
const peer = { url: 'https://witness.example/w1', keys: [witnessKey] };
const code = (name: string) => ({ code: `ledger/${name}` });

/** A port to a witness in this process that notes what was asked. */
function portTo(witness: Pick<Witness, 'addCheckpoint'>, history = tree) {
  const asked: { readonly url: string; readonly old: string }[] = [];
  const ports = {
    post: (url: string, body: Uint8Array): Promise<PostAnswer> => {
      asked.push({ url, old: textOf({ body }).split('\n')[0]! });
      return witness.addCheckpoint(body);
    },
    consistency: async (from: number, to: number) => history.consistency(from, to),
  };
  return { asked, ports };
}

async function witnessAt(size: number, history = tree): Promise<Witness> {
  const { witness } = testWitness();
  await witness.addCheckpoint(history.submission(0, size));
  return witness;
}

/** A port that always gives the same answer. */
function answering(status: number, body: string | Uint8Array, contentType = 'text/plain') {
  const answer = { status, contentType, body: Buffer.from(body) };
  return {
    post: async () => answer,
    consistency: async (from: number, to: number) => tree.consistency(from, to),
  };
}

const ask = (size: number, cosignedSize: number, ports: Parameters<typeof askWitness>[2], history = tree) =>
  askWitness(peer, { checkpoint: history.checkpoint(size), cosignedSize }, ports);

describe('a log that asks a witness', () => {
  it('gets cosignatures that hold, and remembers the size', async () => {
    const { ports, asked } = portTo(await witnessAt(12));
    const reply = await ask(20, 12, ports);
    expect(reply).toMatchObject({ cosignedSize: 20, previousSize: 12 });
    expect(reply.cosignatures).toEqual([{ key: witnessKey, timestamp: BigInt(seconds) }]);
    const cosigned = parseCheckpoint(encodeUtf8(tree.checkpoint(20) + reply.lines));
    expect(verifyCosignature(cosigned, witnessKey)).toEqual(reply.cosignatures[0]);
    expect(asked).toEqual([{ url: 'https://witness.example/w1/add-checkpoint', old: 'old 12' }]);
  });

  it.each([
    ['has never asked before', 0],
    ['remembers too little', 5],
    ['remembers more than the witness', 16],
  ])('and %s asks again from where the witness is', async (_, remembered) => {
    const { ports, asked } = portTo(await witnessAt(12));
    expect(await ask(20, remembered, ports)).toMatchObject({ cosignedSize: 20, previousSize: 12 });
    expect(asked.map(({ old }) => old)).toEqual([`old ${remembered}`, 'old 12']);
  });

  it('for a tree that the witness has cosigned already gets it cosigned again', async () => {
    const { ports } = portTo(await witnessAt(12));
    expect(await ask(12, 0, ports)).toMatchObject({ cosignedSize: 12, previousSize: 12 });
  });

  it('for the first time, or for the empty tree, needs no proof', async () => {
    const { witness } = testWitness();
    const { post } = portTo(witness).ports;
    const consistency = () => Promise.reject(new Error('there is none'));
    expect(await ask(0, 0, { post, consistency })).toMatchObject({ cosignedSize: 0, previousSize: 0 });
    expect(await ask(9, 0, { post, consistency })).toMatchObject({ cosignedSize: 9, previousSize: 0 });
  });

  it('keeps of the answer only the lines of the keys that it knows', async () => {
    const lattice: Cosigner = { name: cosigner.name, signer: latticeSigner() };
    const { witness } = testWitness({ cosigners: [cosigner, lattice] });
    const { ports } = portTo(witness);
    const reply = await askWitness(
      { ...peer, keys: [cosignerKey(lattice)] },
      { checkpoint: tree.checkpoint(20), cosignedSize: 0 },
      ports,
    );
    expect(reply.lines.split('\n')).toHaveLength(2);
    expect(reply.cosignatures.map(({ key }) => key.kind)).toEqual(['ml-dsa-44-cosignature']);
  });

  it('follows a growing log, whatever sizes it asks for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 }), async (given) => {
        const { ports } = portTo(testWitness().witness);
        let cosignedSize = 0;
        for (const size of given.toSorted((left, right) => left - right)) {
          ({ cosignedSize } = await ask(size, cosignedSize, ports));
          expect(cosignedSize).toBe(size);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a log that was rolled back, or that two run', () => {
  it('learns it from a witness that is ahead', async () => {
    const { ports } = portTo(await witnessAt(20));
    await expect(ask(12, 0, ports)).rejects.toMatchObject({
      ...code('witness-ahead'),
      detail: { url: peer.url, cosigned: 20, size: 12 },
    });
  });

  it('learns it from what it remembers, without asking', async () => {
    const { ports, asked } = portTo(await witnessAt(20));
    await expect(ask(12, 20, ports)).rejects.toMatchObject(code('witness-ahead'));
    expect(asked).toEqual([]);
  });

  it('learns it when the witness moved ahead between two questions', async () => {
    const witness = await witnessAt(12);
    const { ports } = portTo(witness);
    const consistency = async (from: number, to: number) => {
      await witness.addCheckpoint(tree.submission(12, 30));
      return tree.consistency(from, to);
    };
    await expect(ask(20, 0, { ...ports, consistency })).rejects.toMatchObject(code('witness-ahead'));
  });

  it.each([
    ['knowing the size', 12],
    ['not knowing it', 0],
  ])('and written anew learns of the split view at one size, %s', async (_, remembered) => {
    const { ports } = portTo(await witnessAt(12), fork);
    await expect(ask(12, remembered, ports, fork)).rejects.toMatchObject({
      ...code('split-view'),
      message: 'The witness at https://witness.example/w1 has cosigned another tree of 12 entries.',
    });
  });

  it('and written anew learns of the split view when it has grown past the witness', async () => {
    const { ports } = portTo(await witnessAt(12), fork);
    await expect(ask(20, 0, ports, fork)).rejects.toMatchObject({
      ...code('split-view'),
      detail: { from: 12, size: 20, status: 422 },
    });
  });

  it('learns of the split view from a witness that answers 422 for it', async () => {
    await expect(ask(12, 12, answering(422, ''))).rejects.toMatchObject(code('split-view'));
  });
});

describe('a witness that', () => {
  const lineBy = (by: Cosigner, text = tree.checkpoint(20), at = BigInt(seconds)) =>
    signatureLine(cosign(parseCheckpoint(encodeUtf8(text)), by, at));
  const good = lineBy(cosigner);

  it('does not answer is unreachable', async () => {
    const cause = new Error('refused');
    const ports = { ...answering(200, ''), post: () => Promise.reject(cause) };
    await expect(ask(20, 12, ports)).rejects.toMatchObject({ ...code('witness-unreachable'), cause });
  });

  it.each([429, 500, 503])('answers %i is unreachable for now', async (status) => {
    await expect(ask(20, 12, answering(status, ''))).rejects.toMatchObject(code('witness-unreachable'));
  });

  it.each([
    ['does not follow the log', { logs: [{ ...log, origin: 'other.example/log' }] }, 404],
    [
      'does not take its key',
      { logs: [{ ...log, keys: [verifierKey('a', 'ed25519', testSigner(3).publicKey)] }] },
      403,
    ],
  ])('%s refuses', async (_, options, status) => {
    const { ports } = portTo(testWitness(options).witness);
    await expect(ask(20, 0, ports)).rejects.toMatchObject({ ...code('witness-refused'), detail: { status } });
  });

  it.each([
    ['signs wrongly', good.replace(/.{8}==\n$/, 'AAAAAAAA==\n')],
    ['signs with another key', lineBy({ ...cosigner, signer: testSigner(22) })],
    ['signs under another name', lineBy({ ...cosigner, name: 'witness.example/w2' })],
    ['cosigns an older checkpoint', lineBy(cosigner, tree.checkpoint(19))],
    ['cosigns another tree', lineBy(cosigner, fork.checkpoint(20))],
    ['signs rightly once and wrongly once', good + lineBy(cosigner, tree.checkpoint(19))],
    ['says nothing', ''],
    ['says something else', 'cosigned, trust me\n'],
    ['leaves out the last line break', good.slice(0, -1)],
    ['puts text before its cosignature', `more text\n\n${good}`],
    ['puts an empty line before its cosignature', `\n${good}`],
    ['sends more than 64 KiB', good + 'x'.repeat(65_536)],
    ['sends broken UTF-8', Buffer.concat([Buffer.from(good), Buffer.of(0xff, 0x0a)])],
  ])('%s is not believed', async (_, body) => {
    await expect(ask(20, 12, answering(200, body))).rejects.toMatchObject(code('witness-answer'));
  });

  it('puts text before a cosignature that leaves the text out is not believed', async () => {
    const lattice: Cosigner = { name: cosigner.name, signer: latticeSigner() };
    const asked = askWitness(
      { ...peer, keys: [cosignerKey(lattice)] },
      { checkpoint: tree.checkpoint(20), cosignedSize: 12 },
      answering(200, `more text\n\n${lineBy(lattice)}`),
    );
    await expect(asked).rejects.toMatchObject(code('witness-answer'));
  });

  it('cosigns without a time is not believed', async () => {
    const lattice: Cosigner = { name: cosigner.name, signer: latticeSigner() };
    const line = timelessLine(lattice, parseCheckpoint(encodeUtf8(tree.checkpoint(20))));
    const checkpoint = parseCheckpoint(encodeUtf8(tree.checkpoint(20) + line));
    expect(verifyCosignature(checkpoint, cosignerKey(lattice))?.timestamp).toBe(0n);
    const asked = askWitness(
      { ...peer, keys: [cosignerKey(lattice)] },
      { checkpoint: tree.checkpoint(20), cosignedSize: 12 },
      answering(200, line),
    );
    await expect(asked).rejects.toMatchObject(code('witness-answer'));
  });

  it.each([
    ['asks for the size that it was given', 409, '12\n', 'text/x.tlog.size'],
    ['gives a size with a leading zero', 409, '013\n', 'text/x.tlog.size'],
    ['gives a size without a line break', 409, '13', 'text/x.tlog.size'],
    ['gives a size that is none', 409, '99999999999999999999\n', 'text/x.tlog.size'],
    ['gives a size under another type', 409, '13\n', 'text/plain'],
    ['finds the request malformed', 400, 'What is this?\n', 'text/plain'],
    ['redirects', 302, '', 'text/plain'],
    ['accepts without a cosignature', 204, '', 'text/plain'],
  ])('%s is not believed and not asked again', async (_, status, body, contentType) => {
    const ports = answering(status, body, contentType);
    const post = vi.fn(ports.post);
    await expect(ask(20, 12, { ...ports, post })).rejects.toMatchObject(code('witness-answer'));
    expect(post).toHaveBeenCalledOnce();
  });

  it('asks for another size every time is not believed after the second', async () => {
    const ports = answering(409, '5\n', 'text/x.tlog.size');
    const post = vi.fn(ports.post);
    await expect(ask(20, 12, { ...ports, post })).rejects.toMatchObject(code('witness-answer'));
    expect(post).toHaveBeenCalledTimes(2);
  });

  it('refuses the first proof, which is empty, is not believed', async () => {
    await expect(ask(20, 0, answering(422, ''))).rejects.toMatchObject(code('witness-answer'));
  });

  it('says anything at all is believed or refused with our own error', async () => {
    const answer = fc.record({
      status: fc.constantFrom(200, 204, 400, 403, 404, 409, 422, 500),
      contentType: fc.constantFrom('text/x.tlog.size', 'text/plain', ''),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat().map((size) => Buffer.from(`${size}\n`)),
        fc.tuple(fc.nat({ max: good.length }), fc.string({ maxLength: 2 })).map(([at, inserted]) => {
          return Buffer.from(good.slice(0, at) + inserted + good.slice(at + 1));
        }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(answer, async (given) => {
        try {
          const { cosignatures } = await ask(20, 12, { ...answering(200, ''), post: async () => given });
          expect(cosignatures).toEqual([{ key: witnessKey, timestamp: BigInt(seconds) }]);
        } catch (error) {
          expect(error).toMatchObject({ name: 'KitenError' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

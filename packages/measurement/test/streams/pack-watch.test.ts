import { encodeUtf8, toBase64, toHex } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkDeclaration,
  encodeSenmlJson,
  type StreamDeclaration,
  senmlContent,
  signPack,
} from '../../src/index.ts';
import { newSigner } from '../signers.ts';
import { Bench, level } from './bench.ts';

describe('freshness', () => {
  const counted: StreamDeclaration = { ...level, fields: ['/v'], sequence: '/seq', time: '/t' };
  const pack = (seq: number, at: number) => JSON.stringify({ v: seq, seq, t: at / 1000 });

  it('finds what comes twice, whatever it says, also after a restart', () => {
    const bench = new Bench(counted);
    const sent: string[] = [];
    for (let seq = 0; seq < 20; seq++) {
      bench.now += 1000;
      sent.push(pack(seq, bench.now));
      bench.send(sent[seq] as string);
    }
    expect(bench.concluded).toEqual(['fresh']);
    for (const again of sent) {
      const restarted = new Bench(counted);
      restarted.now = bench.now + 1000;
      const { memory } = bench;
      if (memory === undefined) throw new Error('nothing is remembered');
      restarted.board.put({
        stream: 'pump-1/level',
        device: 'pump-1',
        topic: 'd/pump-1/level',
        declaration: 'level',
        memory,
      });
      restarted.send(again);
      expect(restarted.concluded).toEqual(['replayed']);
      expect(restarted.board.find('pump-1/level')?.gauges.rows).toBe(0);
    }
  });

  it('is remembered before anything is concluded from it', () => {
    const bench = new Bench(counted);
    bench.send(pack(0, bench.now));
    expect(bench.reports.map(({ kind }) => kind)).toEqual(['appeared', 'remember', 'concluded']);
  });

  it('leaves out what MQTT delivers again, and says what is missing, early or late', () => {
    const bench = new Bench(counted);
    bench.send(pack(0, bench.now));
    bench.send(pack(0, bench.now), { duplicate: true });
    expect(bench.concluded).toEqual(['fresh']);
    bench.now += 20_000;
    bench.send(pack(100, bench.now));
    bench.now += 20_000;
    bench.send(pack(101, bench.now - 10_000));
    bench.now += 20_000;
    bench.send(pack(102, bench.now + 70_000));
    bench.now += 20_000;
    bench.send(pack(99, bench.now));
    expect(bench.concluded).toEqual(['fresh', 'missing', 'stale', 'early', 'reordered']);
  });

  it('takes signed packs of this stream by this key alone', () => {
    const [own, other] = [newSigner(), newSigner()];
    const bench = new Bench({ ...level, form: 'pack', fields: ['v'], key: toBase64(own.publicKey) });
    const signed = (signer: typeof own, stream: string, sequence: number) =>
      signPack(
        {
          ...{ stream, sequence, signedAt: bench.now, content: senmlContent.json, keyId: new Uint8Array(4) },
          payload: encodeUtf8(encodeSenmlJson([{ n: 'v', v: sequence }])),
        },
        signer,
      );
    bench.send(signed(own, 'pump-1/level', 0));
    expect(bench.rowsOf('pump-1/level')).toEqual([[0]]);
    bench.now += 1000;
    bench.send(signed(other, 'pump-1/level', 1));
    bench.send(signed(own, 'pump-2/level', 1));
    expect(bench.concluded).toEqual(['fresh', 'forged', 'unreadable']);
    expect(bench.rowsOf('pump-1/level')).toHaveLength(1);
  });

  describe('of many devices by one declaration', () => {
    const packs: StreamDeclaration = { ...level, form: 'pack', fields: ['v'] };
    const signers = new Map(['pump-1', 'pump-2', 'pump-3'].map((device) => [device, newSigner()]));
    const keys = Object.fromEntries(
      ['pump-1', 'pump-2'].map((device) => [device, toBase64(signers.get(device)?.publicKey as Uint8Array)]),
    );
    const send = (bench: Bench, device: string, by = device, keyId = 'k-1') => {
      bench.now += 1000;
      const mark = { stream: `${device}/level`, sequence: bench.now / 1000, signedAt: bench.now };
      const payload = encodeUtf8(encodeSenmlJson([{ n: 'v', v: 1 }]));
      const pack = { ...mark, payload, content: senmlContent.json, keyId: encodeUtf8(keyId) };
      bench.send(signPack(pack, signers.get(by) ?? newSigner()), { device, topic: `d/${device}/level` });
    };
    const said = ({ reports }: Bench) =>
      reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion] : []));

    it('takes those that each signs with its own key, and says whose key has not signed the others', () => {
      const bench = new Bench({ ...packs, keys });
      for (const device of ['pump-1', 'pump-2']) send(bench, device);
      expect(said(bench)).toMatchObject([
        { stream: 'pump-1/level', outcome: 'fresh' },
        { stream: 'pump-2/level', outcome: 'fresh' },
      ]);
      // Another device's key is none of this one, and nobody's even less.
      send(bench, 'pump-1', 'pump-2', 'of pump-2');
      send(bench, 'pump-2', 'nobody', 'k-9');
      expect(said(bench).slice(2)).toMatchObject([
        {
          ...{ stream: 'pump-1/level', outcome: 'forged' },
          problem: `Its signature does not hold under the key of pump-1; it names the key ${toHex(encodeUtf8('of pump-2'))}.`,
        },
        {
          ...{ stream: 'pump-2/level', outcome: 'forged' },
          problem: 'Its signature does not hold under the key of pump-2; it names the key k-9.',
        },
      ]);
      expect([1, 2].map((at) => bench.rowsOf(`pump-${at}/level`).length)).toEqual([1, 1]);
    });

    it('takes those of a device that has none there by its certificates, and says where it has none at all', () => {
      const bench = new Bench({ ...packs, keys });
      send(bench, 'pump-3');
      // As long as its certificates are not known, nothing is said of it.
      expect(said(bench)).toEqual([]);
      const third = signers.get('pump-3')?.publicKey as Uint8Array;
      bench.board.trustKeys('pump-3', [newSigner().publicKey, third]);
      send(bench, 'pump-3');
      expect(bench.rowsOf('pump-3/level')).toHaveLength(1);
      bench.board.trustKeys('pump-3', []);
      send(bench, 'pump-3');
      const why = 'pump-3 has no key: no certificate of it holds, and the declaration gives none';
      expect(said(bench).at(-1)).toMatchObject({
        outcome: 'unreadable',
        problem: expect.stringContaining(why),
      });
      expect(bench.board.find('pump-3/level')?.gauges.problem).toContain(why);
      bench.board.trustKeys('pump-3', [third]);
      expect(bench.board.find('pump-3/level')?.gauges.problem).toBeUndefined();
    });

    it.each([
      [{ keys: {} }, 'keys of 1 to 1024 devices, not of 0'],
      [{ keys, key: keys['pump-1'] as string }, 'one key for all, or one for each device'],
      [{ keys: { 'pump-1': 'no base64 !' } }, 'the key of pump-1 is no public key'],
      [{ key: toBase64(encodeUtf8('no key')) }, 'the key of its sources is no public key'],
      [{ keys, form: 'senml' as const }, 'only signed packs are verified with a key'],
    ])('is refused with %j', (more, why) => {
      expect(() => checkDeclaration({ ...packs, ...more })).toThrow(
        expect.objectContaining({
          code: 'measurement/stream-declaration',
          message: expect.stringContaining(why),
        }),
      );
    });
  });
});

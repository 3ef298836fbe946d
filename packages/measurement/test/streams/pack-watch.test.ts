import { encodeUtf8, toBase64 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { encodeSenmlJson, type StreamDeclaration, senmlContent, signPack } from '../../src/index.ts';
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
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSubmission, parseSubmission } from '../../src/index.ts';
import { litewitness } from '../note/vectors.ts';
import { TestLog } from './support.ts';

const code = (name: string) => expect.objectContaining({ code: `ledger/${name}` });
const log = new TestLog(40);

// The example of C2SP tlog-witness.
const example = {
  hashes: [
    'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=',
    'jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=',
    '5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=',
    '/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=',
  ],
  checkpoint:
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
    '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
    '— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n',
};
const exampleBody = `old 20852014\n${example.hashes.join('\n')}\n\n${example.checkpoint}`;

describe('a submission', () => {
  it('of the specification is read and written as it stands there', () => {
    const { oldSize, proof, checkpoint } = parseSubmission(Buffer.from(exampleBody));
    expect([oldSize, checkpoint.size, checkpoint.note.signatures.length]).toEqual([
      20_852_014, 20_852_163, 2,
    ]);
    expect(proof.map((hash) => Buffer.from(hash).toString('base64'))).toEqual(example.hashes);
    expect(Buffer.from(encodeSubmission(oldSize, proof, example.checkpoint)).toString()).toBe(exampleBody);
  });

  it('of litewitness is read', () => {
    const { oldSize, proof, checkpoint } = parseSubmission(Buffer.from(litewitness.request));
    expect({ oldSize, proof, origin: checkpoint.origin, size: checkpoint.size }).toEqual({
      ...{ oldSize: 0, proof: [], origin: litewitness.origin, size: 1 },
    });
  });

  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.nat({ max: 40 }), (from, to) => {
        const { oldSize, proof, checkpoint } = parseSubmission(log.submission(from, to));
        expect([oldSize, checkpoint.size]).toEqual([from, to]);
        expect(proof).toEqual(from < to ? log.consistency(from, to).map((hash) => new Uint8Array(hash)) : []);
      }),
      { numRuns: 60 },
    );
  });

  const hash = example.hashes[0]!;
  it.each([
    ['no old size', `${hash}\n\n${example.checkpoint}`],
    ['an old size with a leading zero', `old 01\n\n${example.checkpoint}`],
    ['a negative old size', `old -1\n\n${example.checkpoint}`],
    ['an old size beyond 2^53', `old 9007199254740993\n\n${example.checkpoint}`],
    ['two spaces', `old  1\n\n${example.checkpoint}`],
    ['a carriage return', `old 1\r\n\n${example.checkpoint}`],
    ['no empty line', `old 1\n${hash}\n`],
    ['a short hash', `old 1\nAAAA\n\n${example.checkpoint}`],
    ['a hash with stray bits', `old 1\n${hash.replace('kaw=', 'kax=')}\n\n${example.checkpoint}`],
    [
      'broken UTF-8',
      Buffer.concat([Buffer.from('old 1\n'), Buffer.of(0xff), Buffer.from(`\n\n${example.checkpoint}`)]),
    ],
    ['64 lines of proof', `old 1\n${`${hash}\n`.repeat(64)}\n${example.checkpoint}`],
    ['more than 64 KiB', `${exampleBody}${'x'.repeat(65_536)}`],
  ])('with %s is refused', (_, body) => {
    expect(() => parseSubmission(Buffer.from(body))).toThrow(code('submission-malformed'));
  });

  it('with a checkpoint that is none is refused', () => {
    expect(() => parseSubmission(Buffer.from('old 1\n\nnonsense\n'))).toThrow(code('note-malformed'));
    const sizeless = example.checkpoint.replace('20852163', 'many');
    expect(() => parseSubmission(Buffer.from(`old 1\n\n${sizeless}`))).toThrow(code('checkpoint-malformed'));
  });

  it('takes 63 lines of proof and is not written with more', () => {
    const proof = Array.from({ length: 63 }, () => new Uint8Array(32));
    expect(parseSubmission(encodeSubmission(1, proof, example.checkpoint)).proof).toHaveLength(63);
    expect(() => encodeSubmission(1, [...proof, new Uint8Array(32)], example.checkpoint)).toThrow(
      code('submission-malformed'),
    );
    expect(() => encodeSubmission(1, [], 'x'.repeat(65_536))).toThrow(code('submission-malformed'));
  });

  it('of any bytes is one or refused with our own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          parseSubmission(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'KitenError' });
        }
      }),
      { numRuns: 200 },
    );
  });
});

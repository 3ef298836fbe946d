import { createHash } from 'node:crypto';
import { KitenError } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexOf } from '../src/hash.ts';
import { eventTypeName, parseBootLog, replayBank, replayBootLog } from '../src/index.ts';
import { bootEvent, bootLog, legacyBootLog, startupLocality } from './support/logs.ts';

const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const bank = tpmHashOf(11)!;
const events = [
  { pcr: 0, type: 8, data: 'version' },
  { pcr: 4, type: 0x80000003, data: 'loader' },
  { pcr: 4, type: 4, data: '\0\0\0\0' },
  { pcr: 0, type: 3, data: 'says something' },
];

describe('replay', () => {
  test('extends each bank with its digests, and EV_NO_ACTION nowhere', () => {
    const log = parseBootLog(bootLog(events));
    expect(log).toMatchObject({ format: 'agile', version: '2.0.0', banks: [11, 12], startupLocality: 0 });
    const zero = Buffer.alloc(32);
    const [loader, separator] = ['loader', '\0\0\0\0'].map((data) => sha256(Buffer.from(data)));
    const pcr4 = sha256(sha256(zero, loader!), separator!);
    expect(hexOf(replayBank(log, bank).get(4)!)).toBe(pcr4.toString('hex'));
    expect([...replayBank(log, bank).keys()]).toEqual([0, 4]);
    expect(replayBootLog(log).get(12)!.get(4)).toHaveLength(48);
  });

  test('begins PCR 0 with the locality of the start', () => {
    const log = parseBootLog(bootLog([startupLocality(3), ...events]));
    const start = Buffer.alloc(32);
    start[31] = 3;
    const expected = sha256(start, sha256(Buffer.from('version'))).toString('hex');
    expect(hexOf(replayBank(log, bank).get(0)!)).toBe(expected);
  });

  test('reads a legacy log into the SHA-1 bank alone', () => {
    const log = parseBootLog(legacyBootLog(events.slice(0, 3)));
    expect(log).toMatchObject({ format: 'legacy', banks: [4] });
    const digest = createHash('sha1').update('version').digest();
    const expected = createHash('sha1').update(Buffer.alloc(20)).update(digest).digest('hex');
    expect(hexOf(replayBootLog(log).get(4)!.get(0)!)).toBe(expected);
    expect(replayBootLog(log).has(11)).toBe(false);
  });

  test('leaves a PCR without a value if an event has no digest of the bank', () => {
    const log = parseBootLog(
      Buffer.concat([bootLog(events), bootEvent({ pcr: 4, type: 1, data: 'x' }, [12])]),
    );
    expect(replayBank(log, bank).has(4)).toBe(false);
    expect(replayBank(log, bank).has(0)).toBe(true);
  });

  test('takes room that firmware left behind the last event for what it is', () => {
    for (const filler of [0, 0xff]) {
      const log = parseBootLog(Buffer.concat([bootLog(events), Buffer.alloc(1000, filler)]));
      expect(log.events).toHaveLength(5);
      expect(log.padding).toBe(1000);
    }
  });
});

test('all event types of TPM 2.0 have their names, others their numbers', () => {
  expect(eventTypeName(0x800000e0)).toBe('EV_EFI_VARIABLE_AUTHORITY');
  expect(eventTypeName(0x8000000d)).toBe('EV_EFI_GPT_EVENT2');
  expect(eventTypeName(0x12345678)).toBe('0x12345678');
});

describe('a log that is none', () => {
  const code = (bytes: Uint8Array): string => {
    try {
      parseBootLog(bytes);
    } catch (error) {
      if (error instanceof KitenError) return error.code;
      throw error;
    }
    return 'accepted';
  };
  const log = bootLog(events);

  test('is refused with what is wrong', () => {
    expect(code(Buffer.alloc(0))).toBe('attestation/boot-log-empty');
    expect(code(log.subarray(0, -1))).toBe('attestation/boot-log-truncated');
    expect(code(Buffer.concat([log, bootEvent({ pcr: 40, type: 1, data: '' })]))).toBe(
      'attestation/boot-log-pcr',
    );
    expect(code(Buffer.concat([log, bootEvent({ pcr: 4, type: 1, data: '' }, [4])]))).toBe(
      'attestation/boot-log-digests',
    );
    expect(code(Buffer.concat([log, bootEvent({ pcr: 4, type: 1, data: '' }, [11, 11])]))).toBe(
      'attestation/boot-log-digests',
    );
    expect(code(bootLog([...events, startupLocality(3)]))).toBe('attestation/boot-log-locality');
    expect(code(bootLog([startupLocality(3), startupLocality(3)]))).toBe('attestation/boot-log-locality');
    expect(code(bootLog([startupLocality(1)]))).toBe('attestation/boot-log-locality');
    expect(code(log.fill(200, 56, 57))).toBe('attestation/boot-log-specification');
    expect(code(Buffer.alloc((4 << 20) + 1))).toBe('attestation/boot-log-too-large');
  });

  test('is refused, or another log, whatever octet is changed or cut', () => {
    const good = bootLog([startupLocality(0), ...events]);
    const attempt = (bytes: Uint8Array) => {
      expect(code(bytes)).toMatch(/^accepted$|^attestation\/boot-log-/);
    };
    for (let index = 0; index < good.length; index += 1) {
      attempt(good.subarray(0, index));
      for (const change of [1, 0x80, 0xff]) attempt(good.with(index, good[index]! ^ change));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => attempt(bytes)),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => attempt(Buffer.concat([good, bytes]))),
      { numRuns: 500 },
    );
  });
});

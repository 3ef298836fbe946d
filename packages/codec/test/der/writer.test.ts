import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes.ts';
import { DerReader, readDer } from '../../src/der/reader.ts';
import { derTag } from '../../src/der/tags.ts';
import { DerWriter, withWriter, writeDer } from '../../src/der/writer.ts';
import { codeOf } from '../refusal.ts';

test('lengths of every size are minimal and come back', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    const content = new Uint8Array(length).fill(7);
    const primitive = writeDer((writer) => writer.octetString(content));
    const constructed = writeDer((writer) => {
      const mark = writer.begin(derTag.octetString);
      writer.raw(content);
      writer.end(mark);
    });
    expect(constructed).toEqual(primitive);
    expect(new DerReader(primitive).octetString()).toEqual(content);
  }
});

test('nested elements move apart correctly whatever their lengths are', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (parts) => {
      const der = writeDer((writer) => {
        const outer = writer.begin(derTag.sequence);
        for (const part of parts) {
          const inner = writer.begin(derTag.sequence);
          writer.octetString(part);
          writer.end(inner);
        }
        writer.end(outer);
      });
      const read = readDer(der, 1 << 20, (reader) => {
        const found: Uint8Array[] = [];
        const outer = reader.sequence();
        while (!outer.done) found.push(outer.sequence().octetString());
        return found;
      });
      expect(read).toEqual(parts);
    }),
  );
});

test('numbers come back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
      const der = writeDer((writer) => writer.integer(value));
      expect(readDer(der, 64, (reader) => reader.integer())).toBe(value);
    }),
  );
});

test('object identifiers come back, and nothing else passes for one', () => {
  for (const oid of [
    '0.0',
    '1.39',
    '2.40',
    '2.999.1',
    '2.5.29.17',
    '1.2.840.113549.1.9.14',
    '2.9007199254740911',
  ]) {
    expect(
      readDer(
        writeDer((writer) => writer.objectIdentifier(oid)),
        64,
        (reader) => reader.objectIdentifier(),
      ),
    ).toBe(oid);
  }
  for (const text of [
    '',
    '1',
    '3.1',
    '1.40',
    '1..2',
    '1.02',
    '1.2.',
    'a.b',
    '2.99999999999999999',
    '1.-2',
    `1.2${'.1'.repeat(70)}`,
  ]) {
    expect(
      codeOf(() => writeDer((writer) => writer.objectIdentifier(text))),
      text,
    ).toBe('codec/der-oid-malformed');
  }
});

test('times come back to the second', () => {
  const from = Date.UTC(1950, 0, 1);
  fc.assert(
    fc.property(
      fc.integer({ min: from / 1000, max: Date.UTC(2049, 11, 31, 23, 59, 59) / 1000 }),
      (seconds) => {
        const der = writeDer((writer) => writer.utcTime(seconds * 1000 + 999));
        expect(readDer(der, 64, (reader) => reader.utcTime())).toBe(seconds * 1000);
        const digits = new Date(seconds * 1000).toISOString().replace(/\.000|[-:T]/g, '');
        expect(Buffer.from(der.subarray(2)).toString()).toBe(digits.slice(2));
      },
    ),
  );
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
      const der = writeDer((writer) => writer.generalizedTime(seconds * 1000));
      expect(readDer(der, 64, (reader) => reader.generalizedTime())).toBe(seconds * 1000);
    }),
  );
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_800_000, -62_167_219_200_001]) {
    expect(codeOf(() => writeDer((writer) => writer.generalizedTime(time)))).toBe('codec/der-time');
  }
  expect(codeOf(() => writeDer((writer) => writer.utcTime(Date.UTC(2050, 0, 1))))).toBe('codec/der-time');
  expect(codeOf(() => writeDer((writer) => writer.utcTime(from - 1)))).toBe('codec/der-time');
});

test('a SET OF is put in order', () => {
  const der = writeDer((writer) =>
    writer.setOf([Uint8Array.of(2, 1, 9), Uint8Array.of(2, 1, 3), Uint8Array.of(1, 1, 0)]),
  );
  expect(toHex(der)).toBe('3109010100020103020109');
});

test('a writer handed out within another one is a different one, and an error does not spoil the next', () => {
  const nested = withWriter((outer) => {
    outer.null();
    const inner = writeDer((writer) => writer.boolean(true));
    outer.raw(inner);
    return outer.finish();
  });
  expect(toHex(nested)).toBe('05000101ff');
  expect(codeOf(() => writeDer((writer) => writer.smallInteger(128)))).toBe('codec/der-integer-range');
  expect(toHex(writeDer((writer) => writer.null()))).toBe('0500');
});

test('what cannot be written is refused', () => {
  const write = (act: (writer: DerWriter) => void) => codeOf(() => act(new DerWriter()));
  expect(write((writer) => writer.integer(-1n))).toBe('codec/der-integer-range');
  expect(write((writer) => writer.unsignedInteger(Uint8Array.of(0, 1)))).toBe(
    'codec/der-integer-not-minimal',
  );
  expect(write((writer) => writer.ascii(derTag.ia5String, 'é'))).toBe('codec/der-string-character');
  expect(write((writer) => writer.utf8String('\ud800'))).toBe('codec/utf8-lone-surrogate');
});

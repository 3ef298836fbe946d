import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/bytes.ts';
import { preciseTimeValue } from '../../src/der/time.ts';
import { refusalOf } from '../refusal.ts';

const read = (text: string) => {
  const bytes = encodeUtf8(`  ${text}`);
  return preciseTimeValue(bytes, 2, bytes.length);
};

test.each([
  ['19920521000000Z', Date.UTC(1992, 4, 21)],
  ['19920622123421Z', Date.UTC(1992, 5, 22, 12, 34, 21)],
  ['19920722132100.3Z', Date.UTC(1992, 6, 22, 13, 21, 0, 300)],
  ['19990609001326.34352Z', Date.UTC(1999, 5, 9, 0, 13, 26) + 343.52],
  ['20260601120000.000001Z', Date.UTC(2026, 5, 1, 12) + 0.001],
])('%s, as RFC 3161 §2.4.2 writes it', (text, time) => {
  expect(read(text)).toBe(time);
});

test('thousandths of a second come back exactly', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        const [, seconds, thousandths] = /^(.*)\.(\d{3})Z$/.exec(date.toISOString())!;
        const fraction = thousandths!.replace(/0+$/, '');
        const text = `${seconds!.replace(/[-:T]/g, '')}${fraction === '' ? '' : `.${fraction}`}Z`;
        expect(read(text)).toBe(date.getTime());
      },
    ),
  );
});

test.each([
  ['20260601120000.10Z', 18],
  ['20260601120000.0Z', 17],
  ['20260601120000.Z', 17],
  ['20260601120000,5Z', 16],
  ['20260601120000.1234567891Z', 17],
  ['20260601120000.5+0100', 22],
  ['20260601120000.5', 17],
  ['20260601120000.1a2Z', 18],
  ['20260601120060.5Z', 10],
  ['202606011200Z', 2],
  ['20261301120000.5Z', 6],
])('%s is refused, with its place', (text, offset) => {
  expect(refusalOf(() => read(text))).toMatchObject({ code: 'codec/der-time', detail: { offset } });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCsv } from '../src/cli/csv.ts';

it('reads what RFC 4180 says, and comments', () => {
  expect(parseCsv('id,group\r\npump-1,default\n\n# later\n"a ""b"", c",\n')).toEqual([
    { line: 1, fields: ['id', 'group'] },
    { line: 2, fields: ['pump-1', 'default'] },
    { line: 5, fields: ['a "b", c', ''] },
  ]);
  expect(parseCsv('\ufeffid')).toEqual([{ line: 1, fields: ['id'] }]);
  expect(parseCsv('a\n"two\nlines",x\nc')).toEqual([
    { line: 1, fields: ['a'] },
    { line: 2, fields: ['two\nlines', 'x'] },
    { line: 4, fields: ['c'] },
  ]);
});

it.each([
  ['a\n"open', 2],
  ['a,b\nc,d"e', 2],
  ['"a"b', 1],
])('says where %j is broken', (text, line) => {
  expect(parseCsv(text)).toEqual({ brokenAt: line });
});

it('gives back what was written, whatever that is', () => {
  const field = fc.string().filter((text) => !text.includes('\r'));
  const records = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(records, (written) => {
      const text = written
        .map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      const read = parseCsv(text);
      if ('brokenAt' in read) throw new Error(`broken at ${read.brokenAt}`);
      expect(read.map(({ fields }) => fields)).toEqual(written);
    }),
  );
});

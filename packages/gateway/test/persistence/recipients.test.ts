import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  findRecipient,
  readRecipients,
  type StoredRecipient,
  writeRecipients,
} from '../../src/persistence/recipients.ts';
import { RecordReader } from '../../src/persistence/record-reader.ts';
import { RecordWriter, recordHeaderBytes } from '../../src/persistence/record-writer.ts';

const recipient = fc.record({
  session: fc.integer({ min: 1, max: 2 ** 40 }),
  sequence: fc.integer({ min: 1, max: 2 ** 40 }),
  qos: fc.constantFrom(1 as const, 2 as const),
  retain: fc.boolean(),
  group: fc.constantFrom(undefined, undefined, '$share/g/d/#', '$share/ü/+'),
  identifiers: fc.option(fc.array(fc.integer({ min: 1, max: 268_435_455 }), { minLength: 1, maxLength: 3 }), {
    nil: undefined,
  }),
});

const key = ({ session, sequence }: StoredRecipient) => `${session}/${sequence}`;

it('recipients are read as they were written, and each is found among the others', () => {
  const many = fc.uniqueArray(recipient, { maxLength: 60, selector: key });
  fc.assert(
    fc.property(many, (recipients) => {
      const writer = new RecordWriter(16);
      writer.begin(2);
      writeRecipients(writer, [...recipients]);
      const end = writer.end();
      const open = () => new RecordReader().open(writer.bytes, recordHeaderBytes + 1, end);
      const read: StoredRecipient[] = [];
      readRecipients(open(), (each) => read.push({ ...each }));
      const sorted = (list: readonly StoredRecipient[]) =>
        list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(sorted(read)).toEqual(sorted(recipients));
      for (const each of recipients) expect(findRecipient(open(), each.session, each.sequence)).toEqual(each);
      expect(findRecipient(open(), 2 ** 41, 1)).toBeUndefined();
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deviceSubject,
  isSubject,
  parseDeviceId,
  parseSubjectKey,
  subjectKey,
  subjectKinds,
} from '../src/index.ts';

test.each(['pump-1', 'A', '0', '.', '-_.', 'x'.repeat(64)])('“%s” is a device id', (id) => {
  expect(parseDeviceId(id)).toBe(id);
});

test.each(['', 'x'.repeat(65), 'pump 1', 'pump/1', 'pump:1', 'ポンプ', 'pump\n', 'a\u0000'])(
  '“%s” is no device id',
  (id) => {
    expect(() => parseDeviceId(id)).toThrow(expect.objectContaining({ code: 'trust/device-id' }));
    expect(() => deviceSubject(id)).toThrow(expect.objectContaining({ code: 'trust/device-id' }));
  },
);

test('a subject comes back from its key, colons in its id included', () => {
  const id = fc.stringMatching(/^[\x21-\x7e]{1,128}$/);
  fc.assert(
    fc.property(fc.constantFrom(...subjectKinds), id, (kind, id) => {
      const subject = { kind, id };
      fc.pre(isSubject(subject));
      expect(parseSubjectKey(subjectKey(subject))).toEqual(subject);
    }),
  );
});

test.each(['', ':', 'device', 'device:', 'planet:mars', 'device:a b', ':device:a', 'lot:\u0000'])(
  '“%s” is no key of a subject',
  (key) => {
    expect(() => parseSubjectKey(key)).toThrow(expect.objectContaining({ code: 'trust/subject-key' }));
  },
);

test.each([
  null,
  undefined,
  'device:pump-1',
  { kind: 'device' },
  { kind: 'toString', id: 'x' },
  { kind: 'lot', id: 7 },
])('%j is no subject', (value) => expect(isSubject(value)).toBe(false));

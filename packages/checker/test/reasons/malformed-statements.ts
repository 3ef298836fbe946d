import { CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import type { StatementParts } from '../support/statement.ts';
import { bytes, setting } from './case.ts';

const header = (label: number, value: CborValue) => ({ header: setting([label, value]) });
const noHeader = (label: number) => ({
  header: (map: Map<CborValue, CborValue>) => void map.delete(label),
});
const claim = (label: CborValue, value: CborValue) => ({ claims: setting([label, value]) });
const noClaim = (label: number) => ({ claims: (map: Map<CborValue, CborValue>) => void map.delete(label) });
const payload = (value: CborValue) => ({ payload: encodeCbor(value) });
/** What may be wrong about the form of a statement. */
export const malformedStatements: Readonly<Record<string, Partial<StatementParts>>> = {
  'no tag': { wrap: (message) => message },
  'another tag': { wrap: (message) => new CborTag(98, message) },
  'the tag twice': { wrap: (message) => new CborTag(18, new CborTag(18, message)) },
  'three elements': { wrap: (message) => new CborTag(18, message.slice(0, 3)) },
  'no statement at all': { wrap: () => 0 },
  'an unprotected header': { unprotected: new Map([[99, 1]]) },
  'a detached payload': { payload: null },
  'an empty payload': { payload: bytes(0) },
  'a payload in a longer form': { payload: Uint8Array.of(0x98, 1, 0x81, 0x61, 0x61) },
  'a payload that is a map': payload(new Map()),
  'no atoms': payload([]),
  '129 atoms': payload(Array.from({ length: 129 }, () => ['a'])),
  'an atom without a predicate': payload([[]]),
  'an atom whose predicate is in bytes': payload([[bytes(1)]]),
  'an atom of 25 terms': payload([Array.from({ length: 25 }, () => 'a')]),
  'an atom within an atom': payload([['a', ['b']]]),
  'a float': payload([['a', 1.5]]),
  'the float −0': payload([['a', -0]]),
  'a text of 257 bytes': payload([['a', 'a'.repeat(257)]]),
  'a text of 86 characters and 258 bytes': payload([['a', '基'.repeat(86)]]),
  'more than 4096 bytes': payload(Array.from({ length: 30 }, () => ['a', 'a'.repeat(200)])),
  'no algorithm': noHeader(1),
  'an algorithm in a text': header(1, 'ML-DSA-44'),
  'no content type': noHeader(3),
  'another content type': header(3, 'application/json'),
  'no key id': noHeader(4),
  'a key id of 31 bytes': header(4, bytes(31)),
  'a key id in a text': header(4, 'a'.repeat(32)),
  'no claims': noHeader(15),
  'claims in an array': header(15, []),
  'a header parameter too much': header(16, 'a'),
  'critical parameters': header(2, [15]),
  'no issuer': noClaim(1),
  'an issuer that is an integer': claim(1, 1),
  'no subject': noClaim(2),
  'a subject in bytes': claim(2, bytes(1)),
  'no time of issue': noClaim(6),
  'a negative time of issue': claim(6, -1),
  'a time of issue that is a float': claim(6, 1.5),
  'an expiry in a text': claim(4, 'never'),
  'a null expiry': claim(4, null),
  'an undefined expiry': claim(4, undefined),
  'a negative start': claim(5, -1),
  'an audience': claim(3, 'somebody'),
  'a claim of another name': claim('exp', 0),
};

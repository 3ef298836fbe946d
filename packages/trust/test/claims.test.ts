import { expect, test } from 'vitest';
import {
  claimByNumber,
  claimNames,
  claimNumber,
  claimValue,
  claimValues,
  parseClaimName,
  tierOf,
} from '../src/index.ts';

test('the eight claims have the numbers that AR4SI gives them', () => {
  // draft-ietf-rats-ar4si §3.1, labels of trustworthiness-vector
  const labels = {
    'instance-identity': 0,
    configuration: 1,
    executables: 2,
    'file-system': 3,
    hardware: 4,
    'runtime-opaque': 5,
    'storage-opaque': 6,
    'sourced-data': 7,
  };
  expect(Object.fromEntries(claimNames.map((name) => [name, claimNumber(name)]))).toEqual(labels);
  for (const name of claimNames) expect(claimByNumber(claimNumber(name))).toBe(name);
  for (const number of [8, -1, 0.5]) expect(claimByNumber(number)).toBeUndefined();
});

test.each(['', 'Hardware', 'filesystem', 'toString', '__proto__'])('“%s” is no claim', (name) => {
  expect(() => parseClaimName(name)).toThrow(expect.objectContaining({ code: 'trust/claim-name' }));
});

test('the values that AR4SI names are all there, each once', () => {
  const general = [-1, 0, 1, 99];
  const specific = {
    'instance-identity': [2, 96, 97],
    configuration: [2, 3, 32, 36, 96],
    executables: [2, 3, 32, 33, 96],
    'file-system': [2, 32, 96],
    hardware: [2, 32, 96, 97],
    'runtime-opaque': [2, 32, 96],
    'storage-opaque': [2, 32, 96],
    'sourced-data': [2, 32, 96],
  };
  for (const claim of claimNames) {
    const values = claimValues.filter((entry) => entry.claim === claim).map((entry) => entry.value);
    expect(values).toEqual([...general, ...specific[claim]].toSorted((left, right) => left - right));
  }
});

test('99 means failed cryptography for every claim, and is contraindicated', () => {
  expect(tierOf(99)).toBe('contraindicated');
  for (const claim of claimNames) expect(claimValue(claim, 99)?.meaning.en).toMatch(/signature or digest/);
});

test('AR4SI has no value of its own below −1', () => {
  expect(claimValue('sourced-data', -97)).toBeUndefined();
});

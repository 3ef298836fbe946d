import { manualClock } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createMemoryRegister,
  createToken,
  generateToken,
  hashToken,
  isToken,
  type TokenRecord,
  tokenRefusal,
} from '../../src/index.ts';
import { device, hour, random, start } from '../fixtures.ts';

const id = device('pump-1');
const record: TokenRecord = {
  hash: hashToken('kt_'),
  device: id,
  createdAt: start,
  expiresAt: start + hour,
  createdBy: 'operator:ann',
};
const code = (token: TokenRecord | undefined, at = start, by = id) => tokenRefusal(token, by, at)?.code;

describe('a token', () => {
  test('is kt_ and 256 random bits, and is stored as its hash only', async () => {
    const tokens = createMemoryRegister();
    const clock = manualClock(start);
    const issued = await createToken(
      { device: 'pump-1', group: 'pumps', createdBy: 'operator:ann' },
      { tokens, clock, random },
    );
    expect(issued.token).toMatch(/^kt_[A-Za-z0-9_-]{43}$/);
    expect(isToken(issued.token)).toBe(true);
    expect(issued.record).toEqual({ ...record, group: 'pumps', hash: hashToken(issued.token) });
    expect(await tokens.list()).toEqual([issued.record]);
    expect(JSON.stringify(await tokens.list())).not.toContain(issued.token.slice(3));
  });

  test('uses every random bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(255), (octets, bit) => {
        const flipped = octets.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(generateToken(() => flipped)).not.toBe(generateToken(() => octets));
      }),
    );
    expect(() => generateToken(() => new Uint8Array(31))).toThrowError(
      expect.objectContaining({ code: 'identity/random-short' }),
    );
  });

  test('lives an hour unless said otherwise, and its limits are kept', async () => {
    const tokens = createMemoryRegister();
    const site = { tokens, clock: manualClock(start), random };
    const create = (request: object) => createToken({ createdBy: 'operator:ann', ...request }, site);
    expect((await create({ group: 'pumps' })).record.expiresAt).toBe(start + hour);
    expect((await create({ group: 'pumps', lifetime: 1000 })).record.expiresAt).toBe(start + 1000);
    for (const lifetime of [0, 999, -hour, 30 * 24 * hour + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(create({ device: 'pump-1', lifetime })).rejects.toMatchObject({
        code: 'identity/token-lifetime',
      });
    }
    await expect(create({})).rejects.toMatchObject({ code: 'identity/token-unbound' });
    await expect(create({ group: 'a b' })).rejects.toMatchObject({ code: 'identity/group-name' });
    await expect(create({ device: 'a/b' })).rejects.toMatchObject({ code: 'trust/device-id' });
    await expect(create({ device: '..' })).rejects.toMatchObject({ code: 'identity/device-id-reserved' });
    expect(await tokens.list()).toHaveLength(2);
  });

  test('is refused for one reason each', () => {
    expect(code(record)).toBeUndefined();
    expect(code(record, start + hour - 1)).toBeUndefined();
    expect(code(record, start + hour)).toBe('identity/token-expired');
    expect(code(undefined)).toBe('identity/token-unknown');
    expect(code({ ...record, revokedAt: start })).toBe('identity/token-revoked');
    expect(code({ ...record, used: { at: start, device: id, serial: '01' } })).toBe('identity/token-used');
    expect(code(record, start, device('pump-2'))).toBe('identity/token-wrong-device');
    expect(code(record, start, device('PUMP-1'))).toBe('identity/token-wrong-device');
  });

  test('can be withdrawn once, while it is unused', async () => {
    const tokens = createMemoryRegister();
    await tokens.insert(record);
    await tokens.insert({ ...record, hash: 'used', used: { at: start, device: id, serial: '01' } });
    expect(await tokens.revoke(record.hash, start)).toBe(true);
    expect(await tokens.revoke(record.hash, start)).toBe(false);
    expect(await tokens.revoke('used', start)).toBe(false);
    expect(await tokens.revoke('none', start)).toBe(false);
    expect(code(await tokens.find(record.hash))).toBe('identity/token-revoked');
  });

  test.each([
    '',
    'kt_',
    `kt_${'a'.repeat(42)}`,
    `kt_${'a'.repeat(44)}`,
    `KT_${'a'.repeat(43)}`,
    `kt_${'a'.repeat(42)}=`,
    `kt_${'a'.repeat(43)}\n`,
  ])('%j is none', (text) => {
    expect(isToken(text)).toBe(false);
  });
});

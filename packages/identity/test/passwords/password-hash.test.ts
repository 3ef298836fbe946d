import { randomBytes } from 'node:crypto';
import { encodeUtf8, fromHex, KitenError, toBase64 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generatePassword,
  hashPassword,
  passwordBytes,
  passwordScheme,
  verifyPassword,
} from '../../src/index.ts';

const text = encodeUtf8;
const unpadded = (bytes: Uint8Array): string => toBase64(bytes).replace(/=+$/, '');

describe('a stored password', () => {
  test('holds for itself and for nothing else', () => {
    for (const origin of ['generated', 'imported'] as const) {
      const stored = hashPassword(text('correct horse'), randomBytes(16), origin);
      expect(stored).toMatch(/^\$scrypt\$ln=1[45],r=8,p=[13]\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
      expect(passwordScheme(stored)).toBe('scrypt');
      expect(verifyPassword(stored, text('correct horse'))).toBe(true);
      expect(verifyPassword(stored, text('correct horsf'))).toBe(false);
      expect(verifyPassword(stored, text(''))).toBe(false);
    }
  });

  test('differs by its salt', () => {
    const [one, other] = [1, 2].map(() => hashPassword(text('x'), randomBytes(16), 'generated'));
    expect(one).not.toBe(other);
  });

  // RFC 7914 §12, the third vector: the first 32 of its 64 bytes are what a shorter key would be.
  test('is scrypt as RFC 7914 has it', () => {
    const key = fromHex('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2');
    const stored = `$scrypt$ln=14,r=8,p=1$${unpadded(text('SodiumChloride'))}$${unpadded(key)}`;
    expect(verifyPassword(stored, text('pleaseletmein'))).toBe(true);
    expect(verifyPassword(stored, text('pleaseletmeout'))).toBe(false);
  });

  // Written by mosquitto_passwd 2.0.11: -H sha512, and its default.
  test.each([
    [
      'sha512',
      '$6$9jlLUGL7nmnhCTML$exYlgBx9lqdUdrMN+fGJ+XMjYGQAcMP5ztwNYzDuCa3P6Dj+v5a8HLHnsecz8JFQy+Nmyp2+n/m0gX+zQGX7XA==',
      'secret one',
    ],
    [
      'pbkdf2-sha512',
      '$7$101$zwe1pB5Xm5nR4GdK$ldE30m2AbJdXXj7GfE2anAR7y60r3hAMixBGqenrRIE9DMHKA8Oq40gEuKI1XIlwPaV42WMsrZaAKp9xzb9Krg==',
      'secret two',
    ],
  ])('may be one of Mosquitto’s, %s', (scheme, stored, password) => {
    expect(passwordScheme(stored)).toBe(scheme);
    expect(verifyPassword(stored, text(password))).toBe(true);
    expect(verifyPassword(stored, text(`${password} `))).toBe(false);
  });

  test.each([
    '',
    'plain',
    '$5$salt$hash',
    '$6$9jlLUGL7nmnhCTML',
    '$6$!!!!$exYlgBx9lqdUdrMN',
    '$7$0$zwe1pB5Xm5nR4GdK$AAAA',
    `$7$9999999$zwe1pB5Xm5nR4GdK$${'A'.repeat(86)}==`,
    `$scrypt$ln=30,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$scrypt$ln=14,r=8,p=0$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$scrypt$ln=14,r=8,p=1$AA$${'A'.repeat(43)}`,
    '$argon2id$v=19$m=65536,t=1,p=1$c2FsdHNhbHQ$aGFzaA',
  ])('that reads %j is refused before anything is computed', (stored) => {
    expect(() => passwordScheme(stored)).toThrow(expect.objectContaining({ code: 'identity/password-hash' }));
  });

  test('whatever it reads is taken or refused, and never something else', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9+/=$,]{0,40}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('$6$', '$7$101$', '$scrypt$ln=1,r=1,p=1$', '$'),
        part,
        part,
        (start, salt, key) => {
          try {
            expect(['scrypt', 'sha512', 'pbkdf2-sha512']).toContain(passwordScheme(`${start}${salt}$${key}`));
          } catch (error) {
            expect(error).toBeInstanceOf(KitenError);
          }
        },
      ),
    );
  });
});

describe('a generated password', () => {
  test('is 192 random bits behind a prefix', () => {
    const made = generatePassword((bytes) => new Uint8Array(bytes).fill(0xff));
    expect(made).toBe(`ktp_${'_'.repeat(32)}`);
    expect(passwordBytes(made)).toHaveLength(36);
  });
});

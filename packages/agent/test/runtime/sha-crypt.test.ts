import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import { requireTool } from '../../../../test/tools.ts';
import { shaCrypt } from '../../src/runtime/sha-crypt.ts';

/** From the test programs of U. Drepper, Unix crypt using SHA-256 and SHA-512. */
const answers = [
  ['$5$saltstring', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    '$5$rounds=10000$saltstringsaltstring',
    '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA',
  ],
  [
    '$6$saltstring',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    '$6$rounds=10000$saltstringsaltstring',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
] as const;

describe('SHA-crypt', () => {
  test.each(answers)('gives the published answer for %s', (setting, hash) => {
    expect(shaCrypt('Hello world!', setting)).toBe(hash);
    expect(shaCrypt('Hello world!', hash)).toBe(hash);
    expect(shaCrypt('Hello world?', hash)).not.toBe(hash);
  });

  test('is of no other kind, and of no more rounds than anybody uses', () => {
    for (const setting of ['', 'x', '$1$salt', '$y$j9T$salt', '$6', '$6$rounds=999999999$salt']) {
      expect(shaCrypt('a', setting)).toBeUndefined();
    }
  });

  test.skipIf(!requireTool('openssl', 'openssl'))('gives what OpenSSL gives', async () => {
    const salts = fc.stringMatching(/^[A-Za-z0-9./]{1,16}$/);
    const passwords = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
      .filter((text) => !/[\0\r\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(salts, passwords, fc.constantFrom('5', '6'), async (salt, password, kind) => {
        const { stdout } = await run('openssl', ['passwd', `-${kind}`, '-salt', salt, '-stdin'], {
          input: password,
        });
        expect(shaCrypt(password, `$${kind}$${salt}`)).toBe(stdout.trim());
      }),
      { numRuns: 12 },
    );
  });
});

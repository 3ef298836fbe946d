import { createHash } from 'node:crypto';
import { KitenError } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexOf } from '../src/hash.ts';
import {
  coveredLength,
  ImaScanner,
  imaFromAscii,
  isAltered,
  isAsciiIma,
  readImaEntry,
  replayIma,
} from '../src/index.ts';
import { imaEntry, imaLog, type MadeMeasurement } from './support/logs.ts';

const [sha1, sha256, sha384] = [4, 11, 12].map((id) => tpmHashOf(id)!);
const extend = (hash: string, value: Uint8Array, digest: Uint8Array) =>
  createHash(hash).update(value).update(digest).digest();
const pcr10 = (log: Uint8Array, bank = sha256!, options = {}) =>
  hexOf(replayIma(log, bank, options).values.get(10)!);

/** The template data of an entry that has its length: what the kernel hashes. */
const dataOf = (entry: Buffer): Buffer => {
  const scanner = new ImaScanner(entry);
  scanner.next();
  return entry.subarray(scanner.dataStart, scanner.dataEnd);
};

function scannerAt(log: Buffer): ImaScanner {
  const scanner = new ImaScanner(log);
  scanner.next();
  return scanner;
}

describe('replay into a bank', () => {
  const entry = imaEntry({ path: '/bin/sh' });

  test('of SHA-256 extends the SHA-256 digest of the template data', () => {
    const digest = createHash('sha256').update(dataOf(entry)).digest();
    expect(pcr10(entry)).toBe(extend('sha256', Buffer.alloc(32), digest).toString('hex'));
  });

  test('of SHA-384 likewise', () => {
    const digest = createHash('sha384').update(dataOf(entry)).digest();
    expect(pcr10(entry, sha384)).toBe(extend('sha384', Buffer.alloc(48), digest).toString('hex'));
  });

  test('of SHA-1 extends the digest that the log has', () => {
    expect(pcr10(entry, sha1)).toBe(extend('sha1', Buffer.alloc(20), entry.subarray(4, 24)).toString('hex'));
  });

  test('as kernels before 5.8 did extends the SHA-1 digest with zeros behind it', () => {
    const padded = Buffer.concat([entry.subarray(4, 24), Buffer.alloc(12)]);
    expect(pcr10(entry, sha256, { rule: 'padded' })).toBe(
      extend('sha256', Buffer.alloc(32), padded).toString('hex'),
    );
    // What the longer digest of another entry left behind does not shine through.
    const violation = imaEntry({ path: '/v', violation: true });
    const first = extend('sha256', Buffer.alloc(32), Buffer.alloc(32, 0xff));
    expect(pcr10(Buffer.concat([violation, entry]), sha256, { rule: 'padded' })).toBe(
      extend('sha256', first, padded).toString('hex'),
    );
  });

  test('extends ones for a violation', () => {
    const violation = imaEntry({ path: '/var/log/x', violation: true });
    for (const [bank, bytes] of [
      [sha1!, 20],
      [sha256!, 32],
    ] as const) {
      expect(pcr10(violation, bank)).toBe(
        extend(bank.name, Buffer.alloc(bytes), Buffer.alloc(bytes, 0xff)).toString('hex'),
      );
    }
  });

  test('hashes the oldest template over its digest and its name in a field of 256', () => {
    const old = imaEntry({ path: '/init', template: 'ima' });
    const digest = createHash('sha1').update('/init').digest();
    const hashed = Buffer.concat([digest, Buffer.from('/init'.padEnd(256, '\0'))]);
    expect(pcr10(old)).toBe(
      extend('sha256', Buffer.alloc(32), createHash('sha256').update(hashed).digest()).toString('hex'),
    );
  });

  test('refuses a template digest that is not over its data where that is what is extended', () => {
    const altered = Buffer.from(entry.with(entry.length - 2, 0x7a));
    for (const options of [{ bank: sha1! }, { bank: sha256!, rule: 'padded' as const }]) {
      expect(() => replayIma(altered, options.bank, options)).toThrow(
        expect.objectContaining({ code: 'attestation/ima-log-altered' }),
      );
    }
    // Elsewhere it leads to another value.
    expect(pcr10(altered)).not.toBe(pcr10(entry));
  });
});

const measurement: fc.Arbitrary<MadeMeasurement> = fc.record({
  path: fc.string({ minLength: 1, maxLength: 40 }).map((path) => `/${path.replaceAll('\0', '')}`),
  content: fc.string(),
  template: fc.constantFrom('ima-ng' as const, 'ima-sig' as const, 'ima-buf' as const),
  extra: fc.uint8Array({ maxLength: 40 }),
  violation: fc.boolean(),
});

test('what is replayed in parts, wherever it is cut, leads to what the whole leads to', () => {
  fc.assert(
    fc.property(
      fc.array(measurement, { maxLength: 12 }),
      fc.nat(),
      fc.constantFrom('hashed', 'padded'),
      (all, cut, rule) => {
        const at = cut % (all.length + 1);
        const [first, rest] = [imaLog(...all.slice(0, at)), imaLog(...all.slice(at))];
        const from = replayIma(first, sha256!, { rule: rule as 'hashed' });
        expect(replayIma(rest, sha256!, { from })).toEqual(
          replayIma(Buffer.concat([first, rest]), sha256!, { rule: rule as 'hashed' }),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('what a quote covers of a list that went on growing is found', () => {
  const log = imaLog('/a', '/b', '/c', '/d');
  for (const [bank, rule] of [
    [sha1!, 'hashed'],
    [sha256!, 'hashed'],
    [sha384!, 'padded'],
  ] as const) {
    const covered = log.subarray(0, imaLog('/a', '/b').length);
    const value = replayIma(covered, bank, { rule }).values.get(10)!;
    expect(coveredLength(log, new Map([[bank.id, new Map([[10, value]])]]))).toBe(covered.length);
  }
  const quoted = (value: string) => new Map([[11, new Map([[10, value]])]]);
  expect(coveredLength(log, quoted('\0'.repeat(32)))).toBe(0);
  expect(coveredLength(log, quoted('x'.repeat(32)))).toBeUndefined();
  expect(coveredLength(log, new Map())).toBeUndefined();
});

describe('entries', () => {
  const read = (log: Buffer) => {
    const scanner = new ImaScanner(log);
    const entries = [];
    while (scanner.next()) entries.push(readImaEntry(scanner));
    return entries;
  };

  // A line of a kernel with fs-verity, from the public documentation “Linux IMA” (ima-doc.readthedocs.io).
  test('of files under fs-verity are told apart from others', () => {
    const signature =
      '0603046a098c9901004257cd57c26465ca1f97d03cdd403fcc0b05208e2a2ae20a6a9b96795a500d64fff0b0af914bf9268c98604ab26a746361a9bdf1f076dbaa0423ad05b6b5179e994a3188ef616e806ec8426cc0c158d1c7c0517793d71268536f84eec06b7fe81411f759896894428aae094fcee2239e0c370254a0250f51cb24de77d1d6a6f8f15a5b34fd1eec32748635947ceb005fb5a826ea6f30921200779be8283414f9794686ee169a4e89941eb4ae7bd366b75bcb7cb83ccda78b062bbfbd6de87c1e0275cfc68a31a116e7214863597ba9de67b6e957a511f5b5abddedcf57bb074fcb7b4eec7695b8600d36363ea43886278f76e1c7916c1cb90ceebefcd32a7587';
    const line = `10 edee38d76b103e8823948d1a823296a46b44874c ima-sigv2 verity:sha256:f1a07ea07aa600a6eb4a61448ca16661a646356b9ff0b3b593b6796191173106 /tmp/fsverity-test/verity-hash.0Pc9Tz ${signature}`;
    const log = Buffer.from(imaFromAscii(`${line}\n`));
    expect(isAltered(scannerAt(log))).toBe(false);
    expect(readImaEntry(scannerAt(log))).toMatchObject({
      hash: 'verity:sha256',
      name: '/tmp/fsverity-test/verity-hash.0Pc9Tz',
    });
  });

  const field = (bytes: Uint8Array) => Buffer.concat([uint32(bytes.length), bytes]);
  const uint32 = (value: number) => Buffer.from([value & 0xff, value >> 8, 0, 0]);
  const madeOf = (template: string, ...parts: readonly Buffer[]) => {
    const data = Buffer.concat(parts.map(field));
    const digest = createHash('sha1').update(data).digest();
    return Buffer.concat([uint32(10), digest, field(Buffer.from(template)), field(data)]);
  };
  const [digest, name] = [Buffer.from(`sha256:\0${'d'.repeat(32)}`), Buffer.from('/bin/e\0')];

  test('of the template evm-sig say what the others do', () => {
    const rest = ['security.ima', '\x11\0\0\0', 'v', '\0\0\0\0', '\0\0\0\0', '\xed\x81'];
    const parts = [Buffer.from([3, 2]), ...rest.map((each) => Buffer.from(each, 'latin1'))];
    const entry = readImaEntry(scannerAt(madeOf('evm-sig', digest, name, ...parts)));
    expect(entry).toMatchObject({ hash: 'sha256', name: '/bin/e', signature: Buffer.from([3, 2]) });
  });

  test('of a template that was put together at boot are read by its fields', () => {
    const owner = Buffer.alloc(4);
    const made = madeOf('n-ng|iuid|d-ng|buf', name, owner, digest, Buffer.from('b'));
    expect(readImaEntry(scannerAt(made))).toMatchObject({
      hash: 'sha256',
      digest: Buffer.from('d'.repeat(32)),
      name: '/bin/e',
      buffer: Buffer.from('b'),
    });
    const old = madeOf('d|n', Buffer.alloc(16, 1), name);
    expect(readImaEntry(scannerAt(old))).toMatchObject({ hash: 'md5', name: '/bin/e' });
    expect(() => readImaEntry(scannerAt(madeOf('d-ng|n-ng', digest)))).toThrow(
      expect.objectContaining({ code: 'attestation/ima-log-malformed' }),
    );
    // What is no template that anybody knows is replayed, and says nothing.
    expect(readImaEntry(scannerAt(madeOf('my-own', digest, name)))).not.toHaveProperty('name');
  });

  test('say hash, name, signature and buffer, by template', () => {
    const [old, plain, signed, buffer, violation] = read(
      imaLog(
        { path: '/old', template: 'ima' },
        '/bin/日本',
        { path: '/bin/b', template: 'ima-sig', extra: Buffer.of(3, 2, 4) },
        { path: 'kexec-cmdline', template: 'ima-buf', extra: Buffer.from('quiet') },
        { path: '/v', violation: true },
      ),
    );
    expect(old).toMatchObject({ template: 'ima', hash: 'sha1', name: '/old', pcr: 10 });
    expect(plain).toMatchObject({ template: 'ima-ng', hash: 'sha256', name: '/bin/日本', violation: false });
    expect(plain?.digest).toEqual(createHash('sha256').update('/bin/日本').digest());
    expect(signed?.signature).toEqual(Buffer.of(3, 2, 4));
    expect(buffer?.buffer?.toString()).toBe('quiet');
    expect(violation).toMatchObject({ violation: true, name: '/v' });
  });

  test('of the text form are those of the binary form', () => {
    const log = imaLog(
      { path: '/old', template: 'ima' },
      '/bin/with blank',
      { path: '/bin/b', template: 'ima-sig', extra: Buffer.of(3, 2, 4) },
      { path: '/bin/c', template: 'ima-sig' },
      { path: 'keys', template: 'ima-buf', extra: Buffer.from('k') },
      { path: '/v', violation: true },
    );
    const text = read(log)
      .map((entry) => {
        const hex = (bytes: Uint8Array = Buffer.alloc(0)) => Buffer.from(bytes).toString('hex');
        const hash = entry.template === 'ima' ? '' : `${entry.hash}:`;
        const extra = ['ima-sig', 'ima-buf'].includes(entry.template)
          ? ` ${hex(entry.signature ?? entry.buffer)}`
          : '';
        return `${entry.pcr} ${hex(entry.templateDigest)} ${entry.template} ${hash}${hex(entry.digest)} ${entry.name}${extra}\n`;
      })
      .join('');
    expect(isAsciiIma(Buffer.from(text))).toBe(true);
    expect(isAsciiIma(log)).toBe(false);
    expect(Buffer.from(imaFromAscii(text))).toEqual(log);
  });
});

test('any octets are a log or refused with a code of this package', () => {
  const good = imaLog({ path: '/old', template: 'ima' }, '/bin/a', {
    path: '/bin/b',
    template: 'ima-sig',
    extra: Buffer.of(3),
  });
  const attempt = (bytes: Uint8Array) => {
    try {
      replayIma(bytes, sha1!);
      const scanner = new ImaScanner(Buffer.from(bytes));
      while (scanner.next()) readImaEntry(scanner);
    } catch (error) {
      if (!(error instanceof KitenError) || !error.code.startsWith('attestation/ima-')) throw error;
    }
  };
  for (let index = 0; index < good.length; index += 1) {
    attempt(good.subarray(0, index));
    for (const change of [1, 0x80, 0xff]) attempt(good.with(index, good[index]! ^ change));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), attempt), { numRuns: 1000 });
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        imaFromAscii(`10 ${'0'.repeat(40)} ima-ng ${text}`);
      } catch (error) {
        if (!(error instanceof KitenError) || error.code !== 'attestation/ima-ascii-malformed') throw error;
      }
    }),
    { numRuns: 300 },
  );
});

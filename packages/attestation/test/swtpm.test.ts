import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  algorithmOf,
  type Certificate,
  decodePem,
  fromHex,
  parseCertificate,
  toHex,
  type Verify,
} from '@kiten/codec';
import { decodeAttest, decodePublicArea, encodeCredentialFile, tpmHashOf } from '@kiten/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexOf } from '../src/hash.ts';
import {
  checkCertify,
  checkEndorsement,
  checkQuote,
  checkRuntimeReport,
  encodeRuntimeReport,
  endorsementCertificate,
  makeCredential,
  parseBootLog,
  readPcrFile,
  readTpmKey,
  replayBootLog,
  replayIma,
} from '../src/index.ts';
import { bootLog, imaLog } from './support/logs.ts';
import { goodReport } from './support/simulated-device.ts';
import { hasSwtpm, SoftwareTpm } from './support/swtpm.ts';

describe.skipIf(!hasSwtpm).each(['ecc', 'rsa'] as const)('a software TPM with %s keys', (kind) => {
  let tpm: SoftwareTpm;
  beforeAll(async () => {
    tpm = await SoftwareTpm.start();
    await tpm.createKeys(kind);
  });
  afterAll(async () => {
    await tpm?.[Symbol.asyncDispose]();
  });

  const extend = (pcr: number, digests: Record<string, string>) =>
    tpm.tool(
      'pcrextend',
      `${pcr}:${Object.entries(digests)
        .map(([bank, digest]) => `${bank}=${digest}`)
        .join(',')}`,
    );

  it('quotes what a boot log and a measurement list lead to, in both banks', async () => {
    const log = bootLog([
      { pcr: 0, type: 8, data: 'firmware 1' },
      { pcr: 4, type: 0x80000003, data: 'loader' },
      { pcr: 0, type: 4, data: '\0\0\0\0' },
    ]);
    for (const { pcr, type, data } of parseBootLog(log).events) {
      if (type === 3) continue;
      const of = (name: string) => createHash(name).update(data).digest('hex');
      await extend(pcr, { sha256: of('sha256'), sha384: of('sha384') });
    }
    const list = imaLog('boot_aggregate', '/init', { path: '/var/log/a', violation: true });
    for (let position = 0; position < list.length; ) {
      const next = replayIma(list.subarray(0, position), tpmHashOf(11)!);
      expect(next.offset).toBe(position);
      const length = 4 + 20 + 4 + list.readUInt32LE(position + 24);
      const dataAt = position + length + 4;
      const dataEnd = dataAt + list.readUInt32LE(position + length);
      const data = list.subarray(dataAt, dataEnd);
      const isViolation = list.subarray(position + 4, position + 24).every((octet) => octet === 0);
      const of = (name: string, bytes: number) =>
        isViolation ? 'ff'.repeat(bytes) : createHash(name).update(data).digest('hex');
      await extend(10, { sha256: of('sha256', 32), sha384: of('sha384', 48) });
      position = dataEnd;
    }
    const quote = await tpm.quote('sha256:0,4,10+sha384:0,4,10', 'c0ffee');
    const banks = new Map(
      [11, 12].map((id) => {
        const boot = replayBootLog(parseBootLog(log)).get(id)!;
        return [id, new Map([...boot, ...replayIma(list, tpmHashOf(id)!).values])];
      }),
    );
    const key = readTpmKey(await tpm.read('ak.pub'));
    expect(checkQuote(quote, key, fromHex('c0ffee'), banks).problem).toBeUndefined();
    expect(checkQuote(quote, key, fromHex('c0ffef'), banks).problem).toBe('nonce');

    const { attested } = decodeAttest(quote.message);
    if (attested.type !== 'quote') throw new Error('It is a quote.');
    const file = readPcrFile(await tpm.read('q.pcr'), attested.selections);
    expect(file).toEqual(banks);
    expect(await tpm.tool('pcrread', 'sha256:10')).toContain(hexOf(banks.get(11)!.get(10)!).toUpperCase());
  });

  it('reads the values of tpm2_quote -F values, too', async () => {
    const files = ['-m', 'v.msg', '-s', 'v.sig', '-o', 'v.pcr', '-F', 'values'];
    await tpm.tool(
      'quote',
      '-c',
      'ak.ctx',
      '-l',
      'sha256:0,10+sha384:4',
      '-q',
      '00',
      ...files,
      '-g',
      'sha256',
    );
    const [message, signature] = [await tpm.read('v.msg'), await tpm.read('v.sig')];
    const { attested } = decodeAttest(message);
    if (attested.type !== 'quote') throw new Error('It is a quote.');
    const banks = readPcrFile(await tpm.read('v.pcr'), attested.selections);
    const key = readTpmKey(await tpm.read('ak.pub'));
    expect(checkQuote({ message, signature }, key, Buffer.of(0), banks).problem).toBeUndefined();
  });

  it('activates a credential made for it, and none for another key', async () => {
    const endorsementKey = readTpmKey(await tpm.read('ek.pub'));
    const name = await tpm.read('ak.name');
    expect(toHex(readTpmKey(await tpm.read('ak.pub')).name!)).toBe(name.toString('hex'));
    const secret = randomBytes(32);
    const activate = async (): Promise<Buffer> => {
      await tpm.tool('startauthsession', '--policy-session', '-S', 's.ctx');
      try {
        await tpm.tool('policysecret', '-S', 's.ctx', '-c', 'e');
        await tpm.tool(
          'activatecredential',
          '-c',
          'ak.ctx',
          '-C',
          'ek.ctx',
          '-i',
          'cred',
          '-o',
          'secret',
          '-P',
          'session:s.ctx',
        );
        return await tpm.read('secret');
      } finally {
        await tpm.tool('flushcontext', 's.ctx');
      }
    };
    await tpm.write('cred', encodeCredentialFile(makeCredential(endorsementKey, name, secret, randomBytes)));
    expect(await activate()).toEqual(secret);
    const other = Buffer.from(name.with(10, name[10]! ^ 1));
    await tpm.write('cred', encodeCredentialFile(makeCredential(endorsementKey, other, secret, randomBytes)));
    await expect(activate()).rejects.toThrow();
  });

  it('signs a runtime report with its restricted key, and nothing that begins like its own words', async () => {
    const key = readTpmKey(await tpm.read('ak.pub'));
    const nonce = randomBytes(32);
    const report = encodeRuntimeReport({ ...goodReport, nonce, signer: key.name! });
    const sign = async (bytes: Uint8Array) => {
      await tpm.write('r', bytes);
      await tpm.tool('hash', '-C', 'o', '-g', 'sha256', '-t', 'r.ticket', '-o', 'r.digest', 'r');
      const files = ['-t', 'r.ticket', '-o', 'r.sig'];
      await tpm.tool('sign', '-c', 'ak.ctx', '-g', 'sha256', '-d', ...files, 'r.digest');
      return await tpm.read('r.sig');
    };
    const signature = await sign(report);
    expect(checkRuntimeReport({ report, signature }, key, nonce).problem).toBeUndefined();
    expect(checkRuntimeReport({ report, signature }, key, randomBytes(32)).problem).toBe('nonce');
    await expect(sign(Buffer.concat([Buffer.from('ff544347', 'hex'), report]))).rejects.toThrow();
  });

  it('certifies a key that it made, and the key is known by its name', async () => {
    await tpm.tool('createprimary', '-C', 'o', '-c', 'primary.ctx', '-G', 'ecc');
    const attributes = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign';
    await tpm.tool(
      'create',
      '-C',
      'primary.ctx',
      '-G',
      'ecc',
      '-u',
      'k.pub',
      '-r',
      'k.priv',
      '-a',
      attributes,
    );
    await tpm.tool('load', '-C', 'primary.ctx', '-u', 'k.pub', '-r', 'k.priv', '-c', 'k.ctx');
    await tpm.tool('certify', '-c', 'k.ctx', '-C', 'ak.ctx', '-g', 'sha256', '-o', 'c.msg', '-s', 'c.sig');
    const publicArea = (await tpm.read('k.pub')).subarray(2);
    const key = readTpmKey(await tpm.read('ak.pub'));
    const certified = { message: await tpm.read('c.msg'), signature: await tpm.read('c.sig'), publicArea };
    const checked = checkCertify(certified, key, undefined);
    expect(checked.problem).toBeUndefined();
    expect('key' in checked && checked.key.area).toEqual(decodePublicArea(publicArea));
    await tpm.tool(
      'create',
      '-C',
      'primary.ctx',
      '-G',
      'ecc',
      '-u',
      'm.pub',
      '-r',
      'm.priv',
      '-a',
      'sensitivedataorigin|userwithauth|sign',
    );
    await tpm.tool('load', '-C', 'primary.ctx', '-u', 'm.pub', '-r', 'm.priv', '-c', 'm.ctx');
    await tpm.tool('certify', '-c', 'm.ctx', '-C', 'ak.ctx', '-g', 'sha256', '-o', 'm.msg', '-s', 'm.sig');
    const movable = {
      message: await tpm.read('m.msg'),
      signature: await tpm.read('m.sig'),
      publicArea: (await tpm.read('m.pub')).subarray(2),
    };
    expect(checkCertify(movable, key, undefined).problem).toBe('key-exportable');
  });
});

describe.skipIf(!hasSwtpm)('endorsement certificates', () => {
  const parse = (pem: Buffer): Certificate => parseCertificate(decodePem(pem.toString())[0]!.der);

  it('lead to their vendor, and certify the key of no other TPM', async () => {
    await using one = await SoftwareTpm.start({ certified: true });
    await using other = await SoftwareTpm.start({ certified: true });
    await one.createKeys('rsa');
    await other.createKeys('rsa');
    const [mine, theirs] = [await one.endorsement(), await other.endorsement()];
    const key = readTpmKey(await one.read('ek.pub'));
    const certificate = endorsementCertificate(mine.certificate);
    const conditions = {
      vendors: [{ name: 'swtpm', certificate: parse(mine.root) }],
      intermediates: [parse(mine.intermediate)],
      verify: nodeVerify,
      at: Date.now(),
    };
    expect(checkEndorsement(key, certificate, conditions)).toMatchObject({ vendor: { name: 'swtpm' } });
    // What is read from an NV index larger than the certificate.
    const padded = Buffer.concat([mine.certificate, Buffer.alloc(100, 0xff)]);
    expect(endorsementCertificate(padded).serialNumber).toEqual(certificate.serialNumber);

    const foreign = endorsementCertificate(theirs.certificate);
    expect(checkEndorsement(key, foreign, conditions).problem).toBe('certificate-chain');
    const both = {
      ...conditions,
      vendors: [...conditions.vendors, { name: 'other', certificate: parse(theirs.root) }],
      intermediates: [...conditions.intermediates, parse(theirs.intermediate)],
    };
    expect(checkEndorsement(key, foreign, both).problem).toBe('another-tpm');
    expect(checkEndorsement(key, parse(mine.intermediate), both).problem).toBe('certificate-purpose');
    expect(checkEndorsement(key, certificate, { ...conditions, at: 0 }).problem).toBe('certificate-chain');
  });
});

/** A verifier of signatures by OpenSSL, for the algorithms that certificates of TPMs have. */
const nodeVerify: Verify = (algorithm, publicKey, data, signature) => {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const hash = algorithmOf(algorithm).hash?.replace('-', '') ?? null;
  return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

import { createHash, randomBytes, verify } from 'node:crypto';
import {
  checkCertify,
  checkQuote,
  endorsementCertificate,
  makeCredential,
  readTpmKey,
  signatureProblem,
  staysInside,
} from '@kiten/attestation';
import { equalBytes, fromHex, toHex } from '@kiten/codec';
import {
  decodeCredentialFile,
  decodeTpmSignature,
  encodeEncryptedSecret,
  encodeIdObject,
  tpmAlgorithm,
  tpmHashOf,
} from '@kiten/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import {
  activateCredential,
  attestationKeyTemplate,
  certify,
  createEndorsementKey,
  createKey,
  createPrimary,
  endorsementChain,
  endorsementKeys,
  endorsementSlots,
  evictControl,
  extendPcr,
  flushContext,
  listHandles,
  loadKey,
  quote,
  readNv,
  readPcrs,
  readPublic,
  signDigest,
  signingKeyTemplate,
  signOctets,
  storageKeyTemplate,
  type Tpm,
  tpmHierarchy,
  withObject,
} from '../../src/index.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm } from '../swtpm.ts';

const [sha256, sha384] = [tpmHashOf(11)!, tpmHashOf(12)!];
const kinds = ['ecc', 'rsa'] as const;
const transient = 0x8000_0000;
const selection = (pcrs: readonly number[]) => [
  { bank: sha256, pcrs, mapBytes: 3 },
  { bank: sha384, pcrs, mapBytes: 3 },
];

describe.skipIf(!hasSwtpm)('a TPM is told by raw commands', () => {
  let software: SoftwareTpm;
  let tpm: Tpm;
  beforeAll(async () => {
    software = await SoftwareTpm.start({ certified: true });
    tpm = await openSoftwareTpm(software);
  });
  afterAll(async () => {
    await tpm?.close();
    await software?.[Symbol.asyncDispose]();
  });

  const attestationKey = (kind: 'ecc' | 'rsa') =>
    createPrimary(tpm, tpmHierarchy.endorsement, attestationKeyTemplate(kind));

  it.each(kinds)('to make the %s endorsement key that tpm2_createek makes', async (kind) => {
    const slot = endorsementSlots.find((each) => each.kind === kind)!;
    const key = await createPrimary(tpm, tpmHierarchy.endorsement, slot.standard);
    await flushContext(tpm, key.handle);
    await software.createKeys(kind);
    expect(toHex(key.publicArea)).toBe((await software.read('ek.pub')).subarray(2).toString('hex'));
  });

  it('to hand out what its maker certified: of each kind, the key of the certificate', async () => {
    const found = await endorsementKeys(tpm);
    expect(found.map(({ slot }) => slot.name)).toEqual(['L-1', 'H-3']);
    for (const { certificate, ...key } of found) {
      const made = await createEndorsementKey(tpm, { certificate, ...key });
      await flushContext(tpm, made.handle);
      const { publicKey } = endorsementCertificate(certificate!);
      expect(equalBytes(readTpmKey(made.publicArea).publicKey, publicKey)).toBe(true);
    }
    await software.tool('nvread', '0x1c00002', '-C', 'o', '-o', 'rsa.crt');
    expect(toHex(found[0]!.certificate!)).toBe((await software.read('rsa.crt')).toString('hex'));
    expect(await readNv(tpm, 0x01c0_0fff)).toBeUndefined();
    expect(await endorsementChain(tpm)).toEqual([]);
  });

  it('to hand out the chain of its issuers, without what pads it', async () => {
    const certificate = (await endorsementKeys(tpm, 'rsa'))[0]!.certificate!;
    const two = Buffer.concat([certificate, certificate, Buffer.alloc(7, 0xff)]);
    await software.write('chain', two);
    await software.tool(
      'nvdefine',
      '0x1c00100',
      '-C',
      'o',
      '-s',
      String(two.length),
      '-a',
      'ownerwrite|ownerread|authread',
    );
    await software.tool('nvwrite', '0x1c00100', '-C', 'o', '-i', 'chain');
    const chain = await endorsementChain(tpm);
    await software.tool('nvundefine', '0x1c00100', '-C', 'o');
    expect(chain.map(toHex)).toEqual([toHex(certificate), toHex(certificate)]);
  });

  it('the standard key of a TPM that nobody certified', async () => {
    await using bare = await SoftwareTpm.start();
    await using other = await openSoftwareTpm(bare);
    const [key, ...more] = await endorsementKeys(other);
    expect(more).toEqual([]);
    expect([key?.slot.name, key?.certificate]).toEqual(['L-2', undefined]);
    expect((await endorsementKeys(other, 'rsa')).map(({ slot }) => slot.name)).toEqual(['L-1']);
    const template = Buffer.from(key!.template);
    const nonce = randomBytes(16);
    await bare.write('nonce', nonce);
    await bare.tool('nvdefine', '0x1c0000b', '-C', 'o', '-s', '16', '-a', 'ownerwrite|ownerread|authread');
    await bare.tool('nvwrite', '0x1c0000b', '-C', 'o', '-i', 'nonce');
    // TCG EK Credential Profile, 2.2.1.4: the nonce begins x.
    const own = Buffer.from((await endorsementKeys(other))[0]!.template);
    expect(own.toString('hex')).toBe(
      template.toString('hex').replace(/0020(0{64})/, `0020${nonce.toString('hex')}${'0'.repeat(32)}`),
    );
  });

  it.each(kinds)('to quote by a %s key, which tpm2_checkquote believes', async (kind) => {
    await extendPcr(
      tpm,
      16,
      new Map([
        [sha256, randomBytes(32)],
        [sha384, randomBytes(48)],
      ]),
    );
    const pcrs = Array.from({ length: 17 }, (_, pcr) => pcr);
    const nonce = randomBytes(32);
    const key = await attestationKey(kind);
    const signed = await quote(tpm, key.handle, nonce, selection(pcrs));
    const readings = await readPcrs(tpm, selection(pcrs));
    await flushContext(tpm, key.handle);

    await software.write('m', signed.message);
    await software.write('s', signed.signature);
    await software.write(
      'k',
      Buffer.concat([Buffer.of(key.publicArea.length >> 8, key.publicArea.length & 0xff), key.publicArea]),
    );
    await software.tool('checkquote', '-u', 'k', '-m', 'm', '-s', 's', '-q', nonce.toString('hex'));
    await expect(software.tool('checkquote', '-u', 'k', '-m', 'm', '-s', 's', '-q', 'ab')).rejects.toThrow();

    const banks = new Map(
      [...readings].map(([id, values]) => [
        id,
        new Map([...values].map(([pcr, value]) => [pcr, Buffer.from(value).toString('latin1')])),
      ]),
    );
    expect(checkQuote(signed, readTpmKey(key.publicArea), nonce, banks).problem).toBeUndefined();
    const said = await software.tool('pcrread', 'sha384:16');
    expect(said).toContain(toHex(readings.get(12)!.get(16)!).toUpperCase());
  });

  it('to keep silent about registers that are not there', async () => {
    await expect(readPcrs(tpm, [{ bank: tpmHashOf(13)!, pcrs: [0], mapBytes: 3 }])).rejects.toMatchObject({
      code: 'agent/tpm-pcr',
    });
  });

  it.each(['L-2', 'L-1', 'H-3', 'H-2', 'H-1'] as const)(
    'to activate credentials by the endorsement key of template %s',
    async (name) => {
      const slot = endorsementSlots.find((each) => each.name === name)!;
      const secret = randomBytes(32);
      const keys = {
        attestationKey: await attestationKey('ecc'),
        endorsementKey: await createPrimary(tpm, tpmHierarchy.endorsement, slot.standard),
      };
      const activate = (credential: Parameters<typeof encodeIdObject>[0]) =>
        activateCredential(
          tpm,
          keys,
          encodeIdObject(credential),
          encodeEncryptedSecret(credential),
          randomBytes,
        );
      try {
        const endorsement = readTpmKey(keys.endorsementKey.publicArea);
        const credential = makeCredential(endorsement, keys.attestationKey.name, secret, randomBytes);
        expect(toHex(await activate(credential))).toBe(toHex(secret));

        const { name: own } = keys.attestationKey;
        const other = makeCredential(endorsement, own.with(9, own[9]! ^ 1), secret, randomBytes);
        await expect(activate(other)).rejects.toMatchObject({
          detail: { command: 'TPM2_ActivateCredential', name: 'TPM_RC_INTEGRITY' },
        });

        const length = keys.endorsementKey.publicArea.length;
        await software.write(
          'e',
          Buffer.concat([Buffer.of(length >> 8, length & 0xff), keys.endorsementKey.publicArea]),
        );
        await software.write('secret', secret);
        const files = ['-e', 'e', '-s', 'secret', '-o', 'cred'].map((each) =>
          each.startsWith('-') ? each : software.path(each),
        );
        const made = await run('tpm2_makecredential', [
          '-T',
          'none',
          '-n',
          toHex(keys.attestationKey.name),
          ...files,
        ]);
        expect(made.code, made.stderr).toBe(0);
        expect(toHex(await activate(decodeCredentialFile(await software.read('cred'))))).toBe(toHex(secret));
      } finally {
        for (const { handle } of Object.values(keys)) await flushContext(tpm, handle);
      }
      // The sessions are gone, too.
      expect(await listHandles(tpm, 0x0300_0000)).toEqual([]);
    },
  );

  it('to certify a key that it made and that no other TPM loads', async () => {
    await using foreign = await SoftwareTpm.start();
    await using other = await openSoftwareTpm(foreign);
    const nonce = randomBytes(32);
    const wrapped = await withObject(
      tpm,
      createPrimary(tpm, tpmHierarchy.owner, storageKeyTemplate),
      ({ handle }) => createKey(tpm, handle, signingKeyTemplate('ecc')),
    );
    await withObject(tpm, createPrimary(tpm, tpmHierarchy.owner, storageKeyTemplate), (parent) =>
      withObject(tpm, loadKey(tpm, parent.handle, wrapped), (key) =>
        withObject(tpm, attestationKey('rsa'), async (attester) => {
          const signed = await certify(tpm, key.handle, attester.handle, nonce);
          const checked = checkCertify(
            { ...signed, publicArea: key.publicArea },
            readTpmKey(attester.publicArea),
            nonce,
          );
          expect(checked.problem).toBeUndefined();
          expect(staysInside(readTpmKey(key.publicArea))).toBe(true);

          const digest = createHash('sha256').update('a handshake').digest();
          const signature = decodeTpmSignature(
            await signDigest(tpm, key.handle, digest, { algorithm: tpmAlgorithm.ecdsa, hash: sha256 }),
          );
          expect(
            signatureProblem(Buffer.from('a handshake'), signature, readTpmKey(key.publicArea)),
          ).toBeUndefined();
          await expect(signDigest(tpm, attester.handle, digest)).rejects.toMatchObject({
            detail: { name: 'TPM_RC_TICKET' },
          });
        }),
      ),
    );
    await withObject(
      other,
      createPrimary(other, tpmHierarchy.owner, storageKeyTemplate),
      async ({ handle }) => {
        await expect(loadKey(other, handle, wrapped)).rejects.toMatchObject({
          detail: { name: 'TPM_RC_INTEGRITY' },
        });
      },
    );
  });

  it.each(kinds)(
    'to sign octets of any length by a restricted %s key, but none that look like its own statement',
    async (kind) => {
      await withObject(tpm, attestationKey(kind), async (key) => {
        const area = readTpmKey(key.publicArea);
        for (const length of [0, 1, 1023, 1024, 1025, 2048, 5000]) {
          const octets = randomBytes(length).map((octet) => octet & 0x7f);
          const signature = decodeTpmSignature(await signOctets(tpm, key.handle, sha256, octets));
          expect(signatureProblem(octets, signature, area), String(length)).toBeUndefined();
          if (signature.scheme === 'rsassa')
            expect(verify('sha256', octets, area.key, signature.signature)).toBe(true);
        }
        for (const length of [4, 1500]) {
          const forged = Buffer.concat([fromHex('ff544347'), Buffer.alloc(length - 4)]);
          await expect(signOctets(tpm, key.handle, sha256, forged)).rejects.toMatchObject({
            detail: { name: 'TPM_RC_TICKET' },
          });
        }
      });
    },
  );

  it('to keep a key at a handle of its own, and to let it go again', async () => {
    const persistent = 0x8101_0020;
    await expect(readPublic(tpm, persistent)).rejects.toMatchObject({ detail: { name: 'TPM_RC_HANDLE' } });
    const key = await createPrimary(tpm, tpmHierarchy.owner, storageKeyTemplate);
    await evictControl(tpm, key.handle, persistent);
    await flushContext(tpm, key.handle);
    expect(await readPublic(tpm, persistent)).toEqual({ ...key, handle: persistent });
    expect(await listHandles(tpm, 0x8100_0000)).toContain(persistent);
    await evictControl(tpm, persistent, persistent);
    await expect(readPublic(tpm, persistent)).rejects.toMatchObject({ detail: { name: 'TPM_RC_HANDLE' } });
  });

  it('to make another attestation key for another beginning, and the same one for the same', async () => {
    const made = async (unique: Uint8Array) => {
      const key = await createPrimary(tpm, tpmHierarchy.endorsement, attestationKeyTemplate('ecc', unique));
      await flushContext(tpm, key.handle);
      return toHex(key.name);
    };
    const [one, other] = [randomBytes(32), randomBytes(32)];
    expect(await made(one)).toBe(await made(one));
    expect(await made(one)).not.toBe(await made(other));
  });

  it('and leaves nothing behind', async () => {
    expect(await listHandles(tpm, transient)).toEqual([]);
  });
});

import { createHash } from 'node:crypto';
import {
  type ChallengeMessage,
  encodeTpmEvidence,
  measurementRegister,
  runtimeParts,
  usualRegisters,
} from '@kiten/attestation';
import { KitenError, type PemBlock } from '@kiten/codec';
import { createAttestationKey } from '../evidence/attestation-key.ts';
import type { Asking, DeviceKey } from '../keys/device-key.ts';
import { createFileKey, loadFileKey } from '../keys/file-key.ts';
import { pkcs11Key } from '../keys/pkcs11-key.ts';
import { createTpmKey, loadTpmKey, tpmSigningKey, type UseTpm } from '../keys/tpm-key.ts';
import { decodeTpmKey, encodeTpmKey, tpmKeyLabel } from '../keys/tpm-key-file.ts';
import { tpmRequest } from '../keys/tpm-request.ts';
import { opensslConnector } from '../openssl/openssl-connector.ts';
import { freshnessNonce } from '../site/est-client.ts';
import { type WrappedKey, withObject } from '../tpm/object.ts';
import { gather, requireSeed } from './gather.ts';
import { type Host, withTpm } from './host.ts';

/** The key of the next certificate, where the configuration wants it. @throws KitenError `agent/tpm-…` */
export async function nextKey(host: Host): Promise<DeviceKey> {
  const { key } = host.configuration;
  switch (key.store) {
    case 'file':
      return createFileKey();
    case 'pkcs11':
      return pkcs11Key(key, host.environment);
    case 'tpm':
      return tpmKey(host, await withTpm(host, createTpmKey));
  }
}

/**
 * The key of a certificate that is there, by what is kept beside it: nothing, if a token has the key.
 *
 * @throws KitenError `agent/state-malformed`, `identity/key-file-…`
 */
export async function storedKey(host: Host, file: string, blocks: readonly PemBlock[]): Promise<DeviceKey> {
  const wrapped = blocks.find(({ label }) => label === tpmKeyLabel);
  if (wrapped !== undefined) return tpmKey(host, decodeTpmKey(wrapped.der));
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) return loadFileKey(file);
  const { key } = host.configuration;
  if (key.store === 'pkcs11') return pkcs11Key(key, host.environment);
  throw new KitenError(
    'agent/state-malformed',
    'The key of this device’s certificate is in a PKCS #11 token that the configuration does not name: enrol anew.',
  );
}

function tpmKey(host: Host, key: WrappedKey): DeviceKey {
  const useTpm: UseTpm = (use) => withTpm(host, use);
  const signer = tpmSigningKey(useTpm, key);
  return {
    place: 'tpm',
    kept: encodeTpmKey(key),
    request: async (asking) => ({
      request: await requestOf(host, key, asking),
      publicKey: signer.publicKey,
    }),
    sign: (message) => signer.sign(createHash('sha256').update(message).digest()),
    connector: (trust, certificate) =>
      opensslConnector(trust, { certificate, key: { signer } }, host.environment),
  };
}

async function requestOf(host: Host, key: WrappedKey, { device, site, token }: Asking): Promise<Uint8Array> {
  const seed = await requireSeed(host);
  const nonce = await freshnessNonce(site, token);
  // Of a device that has a certificate the site knows the state, or asks for it.
  const evidence = token === undefined ? undefined : await firstEvidence(host, nonce);
  return withTpm(host, (tpm) =>
    withObject(tpm, loadTpmKey(tpm, key), (object) =>
      withObject(tpm, createAttestationKey(tpm, seed), (attestationKey) =>
        tpmRequest(tpm, {
          ...{ device, key: object, attestationKey, nonce },
          ...(evidence === undefined ? {} : { evidence }),
        }),
      ),
    ),
  );
}

/** An EST request has 64 KiB at most, in base64, with all that is around the evidence. */
const room = 45_000;

/** What shows the state of a device that never attested: as much as there is room for, or nothing. */
async function firstEvidence(host: Host, nonce: Uint8Array): Promise<Uint8Array | undefined> {
  const all = { sha256: usualRegisters };
  const withoutList = { sha256: usualRegisters.filter((pcr) => pcr !== measurementRegister) };
  const attempts = [
    { pcrs: all, wants: runtimeParts },
    { pcrs: all, wants: [] },
    { pcrs: withoutList, wants: [] },
  ];
  for (const { pcrs, wants } of attempts) {
    const challenge: ChallengeMessage = {
      ...{ nonce, pcrs, ima: null, expiresAt: host.clock.now() },
      runtime: { wants, eventsAfter: 0 },
    };
    const evidence = encodeTpmEvidence(await gather(host, challenge));
    if (evidence.length <= room) return evidence;
  }
  return undefined;
}

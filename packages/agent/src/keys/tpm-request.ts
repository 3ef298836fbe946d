import { encodeCertifyStatement, encodeWrapperStatement } from '@kiten/attestation';
import {
  type Attribute,
  attestationAttribute,
  createCertificationRequest,
  encodeAttestationBundle,
  type Signer,
} from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import { certify } from '../tpm/attest.ts';
import type { TpmObject } from '../tpm/object.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { publicKeyOf, signRaw } from './tpm-key.ts';

/** What is asked for, and by what it is shown where its key lives. */
export interface TpmRequestFields {
  readonly device: string;
  /** On P-256, in this TPM. */
  readonly key: TpmObject;
  readonly attestationKey: TpmObject;
  /** The site's (draft-ietf-lamps-attestation-freshness). */
  readonly nonce: Uint8Array;
  /** Evidence over the same nonce, for a site that asks for an approved state. */
  readonly evidence?: Uint8Array;
}

/**
 * A PKCS #10 request for a key in a TPM, signed there, with what the TPM says of the key
 * (draft-ietf-lamps-csr-attestation).
 *
 * @returns DER
 * @throws KitenError `agent/tpm-…`, `agent/key-kind`
 */
export async function tpmRequest(tpm: Tpm, fields: TpmRequestFields): Promise<Uint8Array> {
  const { device, key, attestationKey, nonce } = fields;
  const publicKey = publicKeyOf(key.publicArea);
  const statement = await certify(tpm, key.handle, attestationKey.handle, nonce);
  const attributes = [attestation({ ...statement, publicArea: key.publicArea }, fields.evidence)];
  const subject = [{ type: 'CN', value: device }] as const;
  const create = (signer: Signer) => createCertificationRequest({ subject, attributes }, signer);
  // A TPM answers later: the first request shows what is to be signed.
  let signed: Uint8Array = new Uint8Array(0);
  const signer = { algorithm: 'ES256', publicKey } as const;
  create({
    ...signer,
    sign(data) {
      signed = data;
      return new Uint8Array(64).fill(1);
    },
  });
  const raw = await signRaw(tpm, key.handle, sha256(signed));
  return create({ ...signer, sign: () => raw });
}

type Certified = Parameters<typeof encodeCertifyStatement>[0];

function attestation(certified: Certified, evidence: Uint8Array | undefined): Attribute {
  const wrapped = evidence === undefined ? [] : [encodeWrapperStatement(evidence)];
  const statements = [encodeCertifyStatement(certified), ...wrapped];
  return { oid: attestationAttribute, values: [encodeAttestationBundle({ statements, certificates: [] })] };
}

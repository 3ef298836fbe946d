import { hash } from 'node:crypto';
import type { Sha256 } from '@kiten/codec';

/** SHA-256 by the runtime's cryptography, 32 octets. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

/** SHA-256 in lower-case hexadecimal, 64 digits. */
export const sha256Hex = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/** What a public key is known by: the SHA-256 of its DER SubjectPublicKeyInfo in lower-case hexadecimal. */
export const publicKeyDigest = (publicKey: Uint8Array): string => sha256Hex(publicKey);

/** A certificate's SHA-256 fingerprint as `openssl x509 -fingerprint -sha256` writes it: `AB:CD:…`. */
export const fingerprint = (der: Uint8Array): string => sha256Hex(der).toUpperCase().match(/../g)!.join(':');

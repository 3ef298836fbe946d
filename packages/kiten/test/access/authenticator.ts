import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { type CborValue, encodeCbor, encodeUtf8, toBase64Url } from '@kiten/codec';

/** What a test may do otherwise than an honest browser with an honest authenticator. */
export interface Twist {
  readonly challenge?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly type?: string;
  readonly verified?: boolean;
  readonly present?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly crossOrigin?: boolean;
  /** Signs with another key. */
  readonly key?: KeyObject;
}

/** A passkey in software: makes and answers as WebAuthn Level 3, §6.1, lays out. */
export class Authenticator {
  readonly id = randomBytes(16);
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #handle = '';
  #counter = 0;

  /** Answers `navigator.credentials.create`, attestation `none`. */
  create(options: { challenge: string; user: { id: string } }, twist: Twist = {}) {
    this.#handle = options.user.id;
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    // COSE_Key, EC2, ES256, P-256 (RFC 9053 §7.1.1).
    const key = new Map<CborValue, CborValue>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      encodeCbor(key),
    ]);
    const authData = Buffer.concat([this.#header(twist, 0x40), attested]);
    const attestationObject = encodeCbor(
      new Map<CborValue, CborValue>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]),
    );
    return {
      ...this.#common(),
      response: {
        clientDataJSON: toBase64Url(clientData('webauthn.create', options.challenge, twist)),
        attestationObject: toBase64Url(attestationObject),
        transports: ['internal'],
      },
    };
  }

  /** Answers `navigator.credentials.get`. */
  get(options: { challenge: string }, twist: Twist = {}) {
    const clientDataJSON = clientData('webauthn.get', options.challenge, twist);
    const authenticatorData = this.#header(twist, 0);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
    const signature = createSign('sha256')
      .update(signed)
      .sign(twist.key ?? this.#keys.privateKey);
    return {
      ...this.#common(),
      response: {
        clientDataJSON: toBase64Url(clientDataJSON),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: twist.userHandle ?? this.#handle,
      },
    };
  }

  #common() {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} };
  }

  #header({ host = 'localhost', verified = true, present = true, counter }: Twist, flags: number): Buffer {
    this.#counter = counter ?? this.#counter + 1;
    const header = Buffer.alloc(37);
    createHash('sha256').update(host).digest().copy(header);
    header[32] = flags | (present ? 1 : 0) | (verified ? 4 : 0);
    header.writeUInt32BE(this.#counter, 33);
    return header;
  }
}

function clientData(type: string, challenge: string, twist: Twist): Uint8Array {
  const { origin = 'http://localhost:7080', crossOrigin = false } = twist;
  const data = { type: twist.type ?? type, challenge: twist.challenge ?? challenge, origin, crossOrigin };
  return encodeUtf8(JSON.stringify(data));
}

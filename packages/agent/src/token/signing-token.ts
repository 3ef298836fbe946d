import { attribute, call, refusal, value } from './cryptoki.ts';
import { type AttributeValue, malformed, RpcReader, RpcWriter } from './rpc-message.ts';

/** A key on P-256 that signs digests, wherever it lives. */
export interface SigningKey {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** @returns r and s, 32 octets each */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

/** As the key is found: no secret. */
export const tokenKeyUri = 'pkcs11:token=kiten;object=device;type=private';

const slot = 1;
const session = 1;
const handles = { privateKey: 1, publicKey: 2 } as const;
const coordinateBytes = 32;
const signatureBytes = 2 * coordinateBytes;
/** secp256r1 (RFC 5480, 2.1.1.1). */
const curve = Buffer.from('06082a8648ce3d030107', 'hex');

type Answer = (request: RpcReader, response: RpcWriter) => void | Promise<void>;

/** A call by its arguments and results, as both sides name them in each message. */
interface Call {
  readonly request: string;
  readonly response: string;
  readonly answer: Answer;
}

/** What a call is refused with (CKR_…). */
class Refused {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/**
 * A PKCS #11 token with one key, for one client: it tells the public key and signs with the private one, and does
 * nothing else.
 */
export class SigningToken {
  #key: SigningKey | undefined;
  readonly #objects: ReadonlyMap<number, ReadonlyMap<number, AttributeValue>>;
  readonly #calls: Readonly<Record<number, Call>>;
  #found: number[] = [];
  #isSigning = false;
  /** Why the key did not sign, if it did not. */
  failure: unknown;

  constructor(key: SigningKey) {
    this.#key = key;
    this.#objects = objectsOf(key.publicKey);
    this.#calls = this.#table();
  }

  /** From now on it signs no more. */
  seal(): void {
    this.#key = undefined;
  }

  /** @returns the answer to a message. @throws KitenError `agent/token-message`, `wire/tpm-…` */
  async answer(message: Uint8Array): Promise<Uint8Array> {
    const reader = new RpcReader(message);
    const code = reader.count();
    const given = Buffer.from(reader.array()).toString('latin1');
    const known = this.#calls[code];
    if (known === undefined) return refused(refusal.functionNotSupported);
    if (given !== known.request) throw malformed();
    const response = new RpcWriter().count(code).array(Buffer.from(known.response, 'latin1'));
    try {
      await known.answer(reader, response);
    } catch (error) {
      if (error instanceof Refused) return refused(error.code);
      throw error;
    }
    return response.result();
  }

  #table(): Readonly<Record<number, Call>> {
    const nothing: Answer = () => undefined;
    return {
      [call.initialize]: { request: 'ayyay', response: '', answer: nothing },
      [call.finalize]: { request: '', response: '', answer: nothing },
      [call.getInfo]: { request: '', response: 'vsusv', answer: describeModule },
      [call.getSlotList]: {
        request: 'yfu',
        response: 'au',
        answer: (request, response) => {
          request.octet();
          response.list([slot], request.count());
        },
      },
      [call.getSlotInfo]: { request: 'u', response: 'ssuvv', answer: describeSlot },
      [call.getTokenInfo]: { request: 'u', response: 'ssssuuuuuuuuuuuvvs', answer: describeToken },
      [call.getMechanismList]: {
        request: 'ufu',
        response: 'au',
        answer: (request, response) => {
          request.number();
          response.list([value.ecdsa], request.count());
        },
      },
      [call.getMechanismInfo]: {
        request: 'uu',
        response: 'uuu',
        answer: (_, response) => {
          response.numbers(256, 256, value.signs);
        },
      },
      [call.openSession]: {
        request: 'uu',
        response: 'u',
        answer: (_, response) => {
          response.numbers(session);
        },
      },
      [call.closeSession]: { request: 'u', response: '', answer: nothing },
      [call.closeAllSessions]: { request: 'u', response: '', answer: nothing },
      [call.getSessionInfo]: {
        request: 'u',
        response: 'uuuu',
        answer: (_, response) => {
          response.numbers(slot, 0, value.serialSession, 0);
        },
      },
      [call.findObjectsInit]: { request: 'uaA', response: '', answer: (request) => this.#search(request) },
      [call.findObjects]: {
        request: 'ufu',
        response: 'au',
        answer: (request, response) => {
          request.number();
          const found = this.#found.splice(0, request.count());
          response.list(found, found.length);
        },
      },
      [call.findObjectsFinal]: { request: 'u', response: '', answer: nothing },
      [call.getAttributeValue]: { request: 'uufA', response: 'aAu', answer: this.#describe.bind(this) },
      [call.signInit]: { request: 'uMu', response: '', answer: (request) => this.#prepare(request) },
      [call.sign]: { request: 'uayfy', response: 'ay', answer: this.#sign.bind(this) },
    };
  }

  #search(request: RpcReader): void {
    request.number();
    const wanted = [...request.attributes(kindOf)];
    const fits = (object: ReadonlyMap<number, AttributeValue>) =>
      wanted.every(([type, each]) => isSame(object.get(type), each));
    this.#found = [...this.#objects].filter(([, object]) => fits(object)).map(([handle]) => handle);
  }

  #describe(request: RpcReader, response: RpcWriter): void {
    request.number();
    const object = this.#objects.get(request.number());
    if (object === undefined) throw new Refused(refusal.objectHandleInvalid);
    const requested = request.requested();
    response.count(requested.length);
    for (const { type, room } of requested) response.attribute(type, object.get(type), room);
    const isWhole = requested.every(({ type }) => object.has(type));
    response.numbers(isWhole ? 0 : refusal.attributeTypeInvalid);
  }

  #prepare(request: RpcReader): void {
    request.number();
    if (request.mechanism() !== value.ecdsa) throw new Refused(refusal.mechanismInvalid);
    if (request.number() !== handles.privateKey) throw new Refused(refusal.objectHandleInvalid);
    this.#isSigning = true;
  }

  async #sign(request: RpcReader, response: RpcWriter): Promise<void> {
    request.number();
    const digest = request.optionalArray();
    const room = request.count();
    if (!this.#isSigning) throw new Refused(refusal.operationNotInitialized);
    if (room < signatureBytes) {
      response.octets(new Uint8Array(signatureBytes), room);
      return;
    }
    this.#isSigning = false;
    // Of a longer digest ECDSA takes what is as long as the order of the curve (FIPS 186-5, 6.4.1).
    if (digest.length < coordinateBytes || this.#key === undefined) throw new Refused(refusal.generalError);
    try {
      response.octets(await this.#key.sign(digest.subarray(0, coordinateBytes)), room);
    } catch (error) {
      // The client hears that it failed; whoever started it, why.
      this.failure = error;
      throw new Refused(refusal.generalError);
    }
  }
}

const refused = (code: number): Uint8Array =>
  new RpcWriter().count(call.error).array(Buffer.from('u')).numbers(code).result();

const describeModule: Answer = (_, response) => {
  response.version(2, 40).text('Kiten', 32).numbers(0).text('Kiten agent', 32).version(1, 0);
};

const describeSlot: Answer = (_, response) => {
  response.text('Kiten agent', 64).text('Kiten', 32).numbers(value.tokenPresent).version(1, 0).version(1, 0);
};

const describeToken: Answer = (_, response) => {
  response.text('kiten', 32).text('Kiten', 32).text('agent', 16).text('1', 16);
  response.numbers(value.tokenInitialized + value.writeProtected, ...Array.from({ length: 10 }, () => 0));
  response.version(1, 0).version(1, 0).text('', 16);
};

/** @param publicKey DER SubjectPublicKeyInfo, at whose end the point is */
function objectsOf(publicKey: Uint8Array): ReadonlyMap<number, ReadonlyMap<number, AttributeValue>> {
  const point = publicKey.subarray(-(1 + 2 * coordinateBytes));
  const both: readonly [number, AttributeValue][] = [
    [attribute.token, true],
    [attribute.label, Buffer.from('device')],
    [attribute.id, Buffer.from([1])],
    [attribute.keyType, value.ec],
    [attribute.ecParams, curve],
    // An OCTET STRING around it (PKCS #11 2.40, 2.3.3).
    [attribute.ecPoint, Buffer.concat([Buffer.from([0x04, point.length]), point])],
  ];
  const privateKey: readonly [number, AttributeValue][] = [
    [attribute.class, value.privateKey],
    [attribute.private, false],
    [attribute.sensitive, true],
    [attribute.extractable, false],
    [attribute.sign, true],
    [attribute.alwaysAuthenticate, false],
  ];
  return new Map([
    [handles.privateKey, new Map([...both, ...privateKey])],
    [handles.publicKey, new Map([...both, [attribute.class, value.publicKey], [attribute.private, false]])],
  ]);
}

const flags: ReadonlySet<number> = new Set([
  ...[attribute.token, attribute.private, attribute.sensitive, attribute.sign],
  ...[attribute.extractable, attribute.alwaysAuthenticate],
]);

function kindOf(type: number): 'number' | 'boolean' | 'octets' {
  if (type === attribute.class || type === attribute.keyType) return 'number';
  return flags.has(type) ? 'boolean' : 'octets';
}

const isSame = (one: AttributeValue | undefined, other: AttributeValue): boolean =>
  one instanceof Uint8Array && other instanceof Uint8Array
    ? Buffer.from(one).equals(other)
    : one !== undefined && one === other;

import {
  decodeUtf8,
  type ErrorCode,
  encodeUtf8,
  fromBase64Url,
  KitenError,
  parseJsonStrict,
  toBase64Url,
} from '@kiten/codec';

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads typed parts of one kind of JSON message; what is not as it should be is refused with one code and sentence. */
export class JsonShape {
  readonly #sentence: string;
  readonly #code: ErrorCode = 'attestation/message-malformed';

  /** @param sentence says what such a message is */
  constructor(sentence: string) {
    this.#sentence = sentence;
  }

  /**
   * A whole message.
   *
   * @param names that it may have; others are refused, unless `undefined` lets those of a later version pass
   */
  message(bytes: Uint8Array, maxBytes: number, names?: readonly string[]): JsonObject {
    if (bytes.length > maxBytes) throw this.refusal();
    const value = this.#attempt(() => parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 8 }));
    const object = this.object(value);
    if (names !== undefined && Object.keys(object).some((name) => !names.includes(name)))
      throw this.refusal();
    return object;
  }

  object(value: unknown): JsonObject {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
    throw this.refusal();
  }

  list(value: unknown, most: number): readonly unknown[] {
    if (Array.isArray(value) && value.length <= most) return value;
    throw this.refusal();
  }

  text(value: unknown, most: number, pattern?: RegExp): string {
    if (typeof value === 'string' && value.length <= most && (pattern?.test(value) ?? true)) return value;
    throw this.refusal();
  }

  /** Base64url without padding. Its length is looked at before anything is decoded. */
  octets(value: unknown, least: number, most: number): Uint8Array {
    const text = this.text(value, Math.ceil((most * 4) / 3));
    const octets = this.#attempt(() => fromBase64Url(text));
    if (octets.length < least || octets.length > most) throw this.refusal();
    return octets;
  }

  count(value: unknown, most: number = Number.MAX_SAFE_INTEGER): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
    throw this.refusal();
  }

  refusal(cause?: unknown): KitenError {
    return new KitenError(this.#code, this.#sentence, cause === undefined ? {} : { cause });
  }

  #attempt<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof KitenError)) throw cause;
      throw this.refusal(cause);
    }
  }
}

/** A member of an object that is not inherited. */
export const member = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** A message as octets; octets in it are base64url. */
export const encodeMessage = (message: object): Uint8Array => encodeUtf8(JSON.stringify(written(message)));

/** Before JSON sees it: a Buffer would write itself as a list of numbers. */
function written(value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64Url(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, written(part)]));
}

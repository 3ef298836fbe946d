import {
  attempt,
  fromBase64,
  fromHex,
  KitenError,
  parseJsonStrict,
  publicKeyAlgorithm,
  toHex,
} from '@kiten/codec';
import { list, natural, type Of, object, one, optional, shape, text } from './shape.ts';

/** Whom somebody believes in what: the content of a trust file. Keys are DER SubjectPublicKeyInfos, ages milliseconds. */
export type Trust = Readonly<ReturnType<typeof parseTrust>>;

/** A verifier key of C2SP signed-note; `id` has 4 bytes. */
export type VerifierKey = Readonly<{ name: string; id: Uint8Array; type: number; key: Uint8Array }>;
export const keyName = '[^+\\p{White_Space}\\p{Z}\\p{Cc}]+';
const keyForm = new RegExp(`^(${keyName})\\+([0-9a-f]{8})\\+(\\S+)$`, 'u');
/** Its bytes by type: of a log's key for Ed25519, of a witness's for Ed25519 or ML-DSA-44. */
const keyBytes: Readonly<Record<number, number>> = { 1: 32, 4: 32, 6: 1312 };

const encoded = shape<string>((value) => text(value) && readBase64(value) !== undefined);
const publicKey = shape<string>((value) => {
  const key = encoded(value) && attempt(() => publicKeyAlgorithm(fromBase64(value)));
  return key && !(key instanceof KitenError) && key.kind !== 'unknown';
});
const digest = shape<string>((value) => text(value) && /^[0-9a-f]{64}$/i.test(value));
/** What a root key is believed as. */
export type Role = Of<typeof roles>;
const roles = one('operator', 'verifier', 'manufacturer', 'chip-maker', 'laboratory');
const logKey = shape<string>((value) => readKey(value)?.type === 0x01);
const witness = shape<string>((value) => (readKey(value)?.type ?? 0x01) !== 0x01);
const members = {
  format: one('kiten-trust'),
  version: one(1),
  logs: list(object({ origin: text, keys: list(logKey, 1, 64) }), 1, 64),
  roots: list(object({ name: text, role: roles, key: publicKey, log: text }), 1, 256),
  rules: list(object({ digest, text: optional(encoded) }), 1, 64),
  witnesses: optional(list(witness, 0, 64)),
  threshold: optional(natural),
  maximumAge: shape<number>((value) => natural(value) && value > 0),
};

/**
 * Reads a trust file (docs/verdict-bundle.md, "Trust file").
 * @throws KitenError `checker/trust-json`, `-malformed`, `-repeats` or `-threshold`
 */
export function parseTrust(json: string) {
  const read = attempt(() => parseJsonStrict(json)) as Record<string, unknown> | KitenError | null;
  if (read instanceof KitenError) {
    throw new KitenError('checker/trust-json', 'A trust file is strict JSON.', { cause: read });
  }
  const wrong = Object.entries(members).find(([name, member]) => !member(read?.[name]));
  const culprit = wrong?.[0] ?? 'some other member';
  demand(object(members)(read), 'malformed', `This is no trust file: ${culprit} is wrong.`);
  const keysOf = (texts: readonly string[]) => texts.flatMap((key) => readKey(key) ?? []);
  const logs = read.logs.map(({ origin, keys }) => ({ origin, keys: keysOf(keys) }));
  const roots = read.roots.map((root) => ({ ...root, key: fromBase64(root.key) }));
  const rules = read.rules.map((set) => ({ digest: fromHex(set.digest), text: readBase64(set.text) }));
  const { threshold = 0, maximumAge, witnesses: cosigners = [] } = read;
  const witnesses = keysOf(cosigners);
  const areOwn = logs.every(({ origin, keys }) => keys.every(({ name }) => name === origin));
  demand(areOwn, 'malformed', "The name of a log's key is not its origin.");
  const areIn = roots.every(({ log }) => logs.some(({ origin }) => origin === log));
  demand(areIn, 'malformed', 'A root speaks in a log that the file does not name.');
  const ids = [...logs.flatMap(({ keys }) => keys), ...witnesses].map(({ name, id }) => name + toHex(id));
  demand(areDistinct(ids), 'repeats', 'Two verifier keys have the same name and id.');
  // A cosignature with Ed25519 does not say whose it is: one key under two names would count twice.
  demand(areDistinct(witnesses.map(({ key }) => toHex(key))), 'repeats', 'Two witnesses have the same key.');
  const names = new Set(witnesses.map(({ name }) => name));
  demand(threshold <= names.size, 'threshold', 'There are fewer witnesses than have to cosign.');
  return { logs, roots, rules, witnesses, threshold, maximumAge };
}

/** Takes `name+id+base64(type ‖ key)` apart; undefined if it is not of this form, or of another type. */
function readKey(value: unknown): VerifierKey | undefined {
  const [, name = '', id = '', material] = keyForm.exec(text(value) ? value : '') ?? [];
  const [type = 0, ...key] = readBase64(material) ?? [];
  if (keyBytes[type] !== key.length) return undefined;
  return { name, id: fromHex(id), type, key: Uint8Array.from(key) };
}

/** The bytes of canonical base64, or undefined. */
export function readBase64(text = '='): Uint8Array | undefined {
  const bytes = attempt(() => fromBase64(text));
  return bytes instanceof KitenError ? undefined : bytes;
}

const areDistinct = (all: readonly string[]): boolean => new Set(all).size === all.length;

function demand(condition: unknown, word: string, message: string): asserts condition {
  if (!condition) throw new KitenError(`checker/trust-${word}`, message);
}

import { concatBytes, encodeUtf8, equalBytes, fromHex, KitenError } from '@kiten/codec';
import type { Bundle } from './bundle.ts';
import { type Basis, clockSkew, once, requireSignature, type Signed } from './proving.ts';
import { type CheckReason, need } from './report.ts';
import * as is from './shape.ts';
import { keyName, readBase64, type VerifierKey } from './trust-file.ts';

const [line, number, base64] = ['[ -\\u{10ffff}]+', '(0|[1-9]\\d{0,15})', '([\\w+/]+=)'];
// C2SP signed-note and tlog-checkpoint: origin, size, root and other lines, none empty; an empty line; signatures.
const textForm = `(${line})\\n${number}\\n${base64}\\n(?:${line}\\n)+`;
const noteForm = new RegExp(`^(${textForm})\\n((?:— ${keyName} \\S+\\n){1,64})$`, 'u');
const timeForm = new RegExp(`\\nkiten\\.time ${number}\\n`);
const marksForm = new RegExp(`\\nkiten\\.marks ${number} ${base64}\\n`);
const head = { text: is.text, origin: is.text, size: is.natural, root: is.hash, time: is.natural };
const marks = is.object({ size: is.natural, root: is.hash });
const signature = is.shape<Uint8Array>((all) => is.bytes(all) && all.length > 4);
const noteShape = is.object({ ...head, marks, lines: is.list(is.tuple(is.text, signature), 1, 64) });
type Note = is.Of<typeof noteShape>;

/** A log at one time, the tree of the marks then in force, and who of the trust file's witnesses cosigned it. */
export type Checkpoint = Awaited<ReturnType<typeof checkCheckpoint>>;

/** Takes a checkpoint apart and judges it: a known log, its signature, enough witnesses, its time. */
export async function checkCheckpoint(bundle: Bundle, basis: Basis) {
  const { trust, now } = basis;
  const note = readNote(bundle.checkpoint);
  const { origin, size, root, time, marks } = note;
  const logKeys = trust.logs.flatMap((log) => log.keys);
  const isKnown = trust.logs.some((log) => log.origin === origin);
  need(isKnown, 'log-unknown', `The trust file names no log ${origin}.`);
  const logs = await whoSigned(note, logKeys, 'checkpoint-signature', basis);
  need(logs.has(origin), 'checkpoint-signature', 'The log has not signed the checkpoint.');
  const witnesses = await whoSigned(note, trust.witnesses, 'checkpoint-witnesses', basis);
  need(witnesses.size >= trust.threshold, 'checkpoint-witnesses', 'Too few known witnesses cosigned.');
  need(time <= now + clockSkew, 'checkpoint-from-the-future', 'The checkpoint is from the future.');
  need(now - time <= trust.maximumAge, 'checkpoint-stale', 'The checkpoint is too old for the trust file.');
  return { origin, size, root, time, marks, witnesses: [...witnesses] };
}

function readNote(note: string): Note {
  const [, text = '', origin, size, root, signatures = ''] = noteForm.exec(note) ?? [];
  const [, time] = timeForm.exec(text) ?? [];
  const [, marksSize, marksRoot] = marksForm.exec(text) ?? [];
  const head = { text, origin, size: Number(size), root: readBase64(root), time: Number(time) };
  const marks = { size: Number(marksSize), root: readBase64(marksRoot) };
  const found = [...signatures.matchAll(/— ([^ ]+) (\S+)\n/g)];
  const lines = found.map(([, name, line]) => [name, readBase64(line)]);
  const parts: unknown = { ...head, marks, lines };
  const areOnce = ['\nkiten.time ', '\nkiten.marks '].every((start) => text.split(start).length === 2);
  need(areOnce && noteShape(parts), 'checkpoint-malformed', 'This is no checkpoint with a time and marks.');
  return parts;
}

/** The names under which these keys signed. Lines of other keys are ignored; a line of one of these has to verify. */
async function whoSigned(note: Note, keys: readonly VerifierKey[], reason: CheckReason, basis: Basis) {
  const names = new Set<string>();
  for (const [name, signature] of note.lines) {
    const key = keys.find((one) => one.name === name && equalBytes(one.id, signature.subarray(0, 4)));
    if (key === undefined) continue;
    const signed = signedBy(key, signature.subarray(4), note);
    need(signed, reason, `The cosignature of ${name} has not its form.`);
    await once(['line', ...signed], basis, () => requireSignature(signed, reason, basis));
    names.add(name);
  }
  return names;
}

// RFC 8410 §4 and RFC 9881 §4: a SubjectPublicKeyInfo is this, and then the key.
const ed25519 = fromHex('302a300506032b6570032100');
const mlDsa44 = fromHex('30820532300b06096086480165030403110382052100');

/**
 * What stands behind a signature line: the text itself for a log's key, for a witness's a time and what is signed with
 * it (C2SP tlog-cosignature, "Ed25519 signed message" and "ML-DSA-44 signed message"). Undefined if there is no such.
 */
function signedBy({ name, type, key }: VerifierKey, line: Uint8Array, note: Note): Signed | undefined {
  if (type === 0x01) return ['EdDSA', concatBytes(ed25519, key), encodeUtf8(note.text), line];
  // The timestamp is at most 2^63 − 1.
  if (line.length < 8 || line[0]! >= 0x80) return undefined;
  const [timestamp, signature] = [line.subarray(0, 8), line.subarray(8)];
  if (type === 0x04) {
    const seconds = new DataView(line.buffer, line.byteOffset).getBigUint64(0);
    const text = encodeUtf8(`cosignature/v1\ntime ${seconds}\n${note.text}`);
    return ['EdDSA', concatBytes(ed25519, key), text, signature];
  }
  const [label, cosigner, log] = [encodeUtf8('subtree/v1\n\0'), encodeUtf8(name), encodeUtf8(note.origin)];
  if (cosigner.length > 255 || log.length > 255) return undefined;
  const range = new Uint8Array(16);
  new DataView(range.buffer).setBigUint64(8, BigInt(note.size));
  const names = [Uint8Array.of(cosigner.length), cosigner, timestamp, Uint8Array.of(log.length), log];
  return ['ML-DSA-44', concatBytes(mlDsa44, key), concatBytes(label, ...names, range, note.root), signature];
}

/** Requires of verifier keys that their ids are SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4], or throws a KitenError. */
export async function requireOwnIds({ trust, cryptography }: Basis): Promise<void> {
  for (const { name, type, key, id } of [...trust.logs.flatMap((log) => log.keys), ...trust.witnesses]) {
    const digest = await cryptography.sha256(concatBytes(encodeUtf8(name), Uint8Array.of(0x0a, type), key));
    if (equalBytes(digest.subarray(0, 4), id)) continue;
    throw new KitenError('checker/trust-key-id', `The id of the verifier key of ${name} is not its own.`);
  }
}

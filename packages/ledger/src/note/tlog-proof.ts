import { decodeUtf8, encodeUtf8, fromBase64, KitenError, toBase64 } from '@kiten/codec';
import { parseCheckpoint } from './checkpoint.ts';
import { decimalOf, hashOf } from './lines.ts';
import { maxNoteBytes } from './signed-note.ts';

/** Proof that an entry is in a log, to be checked offline: a `.tlog-proof` file (C2SP tlog-proof). */
export interface TlogProof {
  /** Of the entry. */
  readonly index: number;
  /** From the sibling of the leaf up (RFC 9162 §2.1.3.1). */
  readonly path: readonly Uint8Array[];
  /** The signed note, as the log and its witnesses signed it. */
  readonly checkpoint: string;
  /** What the application adds. Nobody signs it: check what it says. */
  readonly extra?: Uint8Array;
}

const header = 'c2sp.org/tlog-proof@v1';
const maxPathLines = 63;
const maxExtraBytes = 65_536;
const maxProofBytes = 2 * 65_536 + maxNoteBytes;

/**
 * The proof as text.
 *
 * @throws KitenError as {@link parseTlogProof}, for one that it would not read.
 */
export function encodeTlogProof({ index, path, checkpoint, extra }: TlogProof): string {
  const lines = [
    header,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...path.map(toBase64),
  ];
  const text = `${lines.join('\n')}\n\n${checkpoint}`;
  parseTlogProof(encodeUtf8(text));
  return text;
}

/**
 * Takes a proof apart, strictly. Nothing in it is verified.
 *
 * @throws KitenError `ledger/proof-malformed`, `ledger/note-malformed` or `ledger/checkpoint-malformed`.
 */
export function parseTlogProof(bytes: Uint8Array): TlogProof {
  if (bytes.length > maxProofBytes) throw malformed(`is longer than ${maxProofBytes} bytes`);
  const text = decoded(bytes);
  const end = text.indexOf('\n\n');
  if (end < 0) throw malformed('has no empty line before the checkpoint');
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== header) throw malformed(`does not start with ${header}`);
  const extra = lines[0]?.startsWith('extra ') ? extraOf(lines.shift()!) : undefined;
  const index = indexOf(lines.shift() ?? '');
  const proof = { index, path: pathOf(lines), checkpoint: text.slice(end + 2) };
  parseCheckpoint(encodeUtf8(proof.checkpoint));
  return extra === undefined ? proof : { ...proof, extra };
}

function decoded(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw malformed('is not well-formed UTF-8', cause);
  }
}

function extraOf(line: string): Uint8Array {
  let extra: Uint8Array;
  try {
    extra = fromBase64(line.slice('extra '.length));
  } catch (cause) {
    throw malformed('has extra data that is not canonical base64', cause);
  }
  if (extra.length > maxExtraBytes) throw malformed(`has more than ${maxExtraBytes} bytes of extra data`);
  return extra;
}

function indexOf(line: string): number {
  const index = line.startsWith('index ') ? decimalOf(line.slice('index '.length)) : undefined;
  if (index === undefined) throw malformed('has no index where it should be');
  return index;
}

function pathOf(lines: readonly string[]): readonly Uint8Array[] {
  if (lines.length > maxPathLines) throw malformed(`has more than ${maxPathLines} hashes`);
  const path = lines.map(hashOf).filter((hash) => hash !== undefined);
  if (path.length < lines.length) throw malformed('has a line that is no hash');
  return path;
}

function malformed(what: string, cause?: unknown): KitenError {
  return new KitenError('ledger/proof-malformed', `The proof ${what}.`, { cause });
}

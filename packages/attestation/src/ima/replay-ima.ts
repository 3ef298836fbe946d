import { type TpmHash, tpmAlgorithm } from '@kiten/wire';
import { bufferOf, hashName, type OctetText, refusal } from '../hash.ts';
import { Register } from '../register.ts';
import { ImaScanner } from './ima-scanner.ts';
import { templateDigest } from './template-digest.ts';

/**
 * How the kernel fills a bank. Since Linux 5.8 each bank is extended with a digest of its own hash over the template
 * data; before, and for a hash that the kernel lacks, with the SHA-1 digest and zeros behind it.
 */
export type ImaRule = 'hashed' | 'padded';

/** What was replayed so far: enough to go on from there with what is new alone. */
export interface ImaState {
  readonly rule: ImaRule;
  /** Octets of the log. */
  readonly offset: number;
  readonly entries: number;
  /** By PCR; 10 unless the kernel was built or told otherwise. */
  readonly values: ReadonlyMap<number, OctetText>;
}

export const emptyImaState = (rule: ImaRule): ImaState => ({
  rule,
  offset: 0,
  entries: 0,
  values: new Map(),
});

export interface ImaReplayOptions {
  /** Where to go on; from the start of the list unless given. `offset` counts what lies before the log given here. */
  readonly from?: ImaState;
  readonly rule?: ImaRule;
  /** Of a template digest in the list. */
  readonly digestBytes?: number;
}

/**
 * Replays a measurement list, or what is new of it, into one bank.
 *
 * Where the log's own template digest is what is extended (SHA-1, or padded), it is held against the template data,
 * which nothing else vouches for. Elsewhere the data is hashed anyway and the log's digest tells nothing but a
 * violation: all zeros in the log, all ones in the PCR.
 *
 * @param log whole entries
 * @throws KitenError `attestation/ima-log-…`; `attestation/ima-log-altered` if a template digest is not over its data
 */
export function replayIma(log: Uint8Array, bank: TpmHash, options: ImaReplayOptions = {}): ImaState {
  const { from, digestBytes = 20 } = options;
  const rule = from?.rule ?? options.rule ?? 'hashed';
  const scanner = new ImaScanner(bufferOf(log), 0, digestBytes);
  const extender = new ImaExtender(bank, rule, from?.values);
  let entries = from?.entries ?? 0;
  while (scanner.next()) {
    extender.extend(scanner);
    entries += 1;
  }
  return { rule, offset: (from?.offset ?? 0) + log.length, entries, values: extender.values() };
}

/** The registers of one bank that a measurement list is replayed into. */
export class ImaExtender {
  readonly #name: string;
  readonly #bank: TpmHash;
  readonly #rule: ImaRule;
  readonly #violation: OctetText;
  readonly #registers = new Map<number, Register>();
  #pcr = -1;
  #register: Register | undefined;

  constructor(bank: TpmHash, rule: ImaRule, values: ReadonlyMap<number, OctetText> = new Map()) {
    this.#bank = bank;
    this.#rule = rule;
    this.#name = hashName(bank);
    this.#violation = '\xff'.repeat(bank.bytes);
    for (const [pcr, value] of values) this.#registers.set(pcr, new Register(bank, value));
  }

  /** Extends the scanner's current entry. @returns the new value of its PCR */
  extend(scanner: ImaScanner): OctetText {
    return this.#registerOf(scanner.pcr).extend(this.digest(scanner));
  }

  /** What the kernel extended for the scanner's current entry. */
  digest(scanner: ImaScanner): OctetText {
    if (scanner.violation) return this.#violation;
    // A list of another bank has no SHA-1 digests in it.
    const isLogged = this.#bank.id === tpmAlgorithm.sha1 && scanner.digestBytes === this.#bank.bytes;
    if (this.#rule === 'hashed' && !isLogged) return templateDigest(scanner, this.#name);
    return checkedDigest(scanner);
  }

  values(): ReadonlyMap<number, OctetText> {
    return new Map([...this.#registers].map(([pcr, { value }]) => [pcr, value]));
  }

  #registerOf(pcr: number): Register {
    if (this.#register !== undefined && this.#pcr === pcr) return this.#register;
    let register = this.#registers.get(pcr);
    if (register === undefined) {
      register = new Register(this.#bank);
      this.#registers.set(pcr, register);
    }
    this.#pcr = pcr;
    this.#register = register;
    return register;
  }
}

const hashByLength: Readonly<Record<number, string>> = {
  20: 'sha1',
  32: 'sha256',
  48: 'sha384',
  64: 'sha512',
};

/** The digest in the log. */
export const loggedDigest = ({ log, digestStart, digestBytes }: ImaScanner): OctetText =>
  log.toString('latin1', digestStart, digestStart + digestBytes);

/** Whether the digest in the log is over the template data. A violation has none. */
export const isAltered = (scanner: ImaScanner): boolean =>
  !scanner.violation &&
  templateDigest(scanner, hashByLength[scanner.digestBytes] ?? 'sha1') !== loggedDigest(scanner);

function checkedDigest(scanner: ImaScanner): OctetText {
  if (isAltered(scanner)) {
    throw refusal('attestation/ima-log-altered', 'The template digest of an entry is not over its data.', {
      offset: scanner.start,
    });
  }
  return loggedDigest(scanner);
}

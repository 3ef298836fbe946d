import { type TpmHash, tpmAlgorithm } from '@kiten/wire';
import { explainMismatch, isPartOf } from '../explain-mismatch.ts';
import { bufferOf, hashName, type OctetText } from '../hash.ts';
import { ImaScanner } from '../ima/ima-scanner.ts';
import { type ImaRule, type ImaState, isAltered, loggedDigest } from '../ima/replay-ima.ts';
import { templateDigest } from '../ima/template-digest.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** A register that a measurement list doesn't lead to. */
export interface WrongList {
  readonly entries: Uint8Array;
  readonly from: ImaState;
  readonly bank: TpmHash;
  readonly pcr: number;
  readonly value: OctetText;
}

interface Listed {
  /** The number of the entry in the whole list, from 0. */
  readonly entry: number;
  readonly digest: OctetText;
  readonly violation: boolean;
  readonly altered: boolean;
}

/** Says what was done to the list, as far as it can be told. */
export function imaMismatch(wrong: WrongList, images: readonly ReferenceImage[]): Conclusion {
  const { from, bank, pcr, value } = wrong;
  const listed = digestsOf(wrong);
  const altered = listed.find((each) => each.altered);
  if (altered !== undefined) return conclude('ima-log-altered', 'runtime', { entry: altered.entry });
  const digests = listed.map(({ digest }) => digest);
  const start = from.values.get(pcr) ?? '\0'.repeat(bank.bytes);
  const mismatch = explainMismatch(digests, start, value, bank);
  if (mismatch.kind !== 'unexplained') {
    const found = listed[mismatch.index];
    const isForged = mismatch.kind === 'inserted' && found?.violation === true;
    return conclude(isForged ? 'ima-violation-forged' : `ima-log-${mismatch.kind}`, 'runtime', {
      entry: found?.entry ?? 0,
    });
  }
  const whole = from.entries === 0 && images.find((image) => leadsTo(image, digests, wrong));
  if (whole) return conclude('ima-log-cut', 'runtime', { reference: whole.name });
  return conclude('pcr-unexplained', 'runtime', {
    pcr,
    bank: bank.name,
    value: Buffer.from(value, 'latin1').toString('hex'),
  });
}

function digestsOf({ entries, from, bank, pcr }: WrongList): Listed[] {
  const scanner = new ImaScanner(bufferOf(entries));
  const listed: Listed[] = [];
  let entry = from.entries;
  while (scanner.next()) {
    if (scanner.pcr === pcr) {
      const { violation } = scanner;
      listed.push({
        entry,
        digest: digestOf(scanner, bank, from.rule),
        violation,
        altered: isAltered(scanner),
      });
    }
    entry += 1;
  }
  return listed;
}

function digestOf(scanner: ImaScanner, bank: TpmHash, rule: ImaRule): OctetText {
  if (scanner.violation) return '\xff'.repeat(bank.bytes);
  const isHashed = rule === 'hashed' && bank.id !== tpmAlgorithm.sha1;
  return isHashed ? templateDigest(scanner, hashName(bank)) : loggedDigest(scanner).padEnd(bank.bytes, '\0');
}

/** Whether the list of an image passes the value, and has all that this one has before. */
function leadsTo({ imaLog }: ReferenceImage, digests: readonly OctetText[], wrong: WrongList): boolean {
  if (imaLog === undefined || imaLog.pcr !== wrong.pcr) return false;
  const reached = imaLog.values(wrong.bank, wrong.from.rule).indexOf(wrong.value);
  if (reached < 0) return false;
  const entries = imaLog.bytes.subarray(0, imaLog.lengthOf(reached + 1));
  const whole = digestsOf({ ...wrong, entries }).map(({ digest }) => digest);
  return isPartOf(digests, whole);
}

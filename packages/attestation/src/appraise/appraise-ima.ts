import { KitenError } from '@kiten/codec';
import { type TpmHash, tpmAlgorithm, tpmHashOf } from '@kiten/wire';
import type { ImaPart } from '../evidence/tpm-evidence.ts';
import { bufferOf } from '../hash.ts';
import { ImaScanner } from '../ima/ima-scanner.ts';
import { emptyImaState, type ImaState, replayIma } from '../ima/replay-ima.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import { initialValue, type PcrBanks } from '../register.ts';
import { isOfThisBoot } from './boot-aggregate.ts';
import { type Conclusion, conclude, worstOn } from './conclusion.ts';
import { imaMismatch } from './ima-mismatch.ts';
import { FileJudge, type UnknownFiles } from './judge-files.ts';

export interface AppraisedIma {
  readonly conclusions: readonly Conclusion[];
  /** Where to go on; absent if the list could not be replayed. */
  readonly states?: ReadonlyMap<number, ImaState>;
  /** Whether all that ran in this boot is approved. */
  readonly approved: boolean;
}

export interface ImaContext {
  readonly quoted: PcrBanks;
  readonly images: readonly ReferenceImage[];
  /** How far the list of this boot was replayed before, by bank. */
  readonly before: ReadonlyMap<number, ImaState>;
  /** What was found against this boot before. */
  readonly standing: readonly Conclusion[];
  readonly unknownFiles: UnknownFiles;
}

/** The PCRs that entries are extended into: those of the new ones and of what was replayed before. */
export function measurementRegisters(
  part: ImaPart,
  before: ReadonlyMap<number, ImaState>,
): ReadonlySet<number> {
  const registers = new Set<number>();
  for (const { values } of before.values()) for (const pcr of values.keys()) registers.add(pcr);
  try {
    const scanner = new ImaScanner(bufferOf(part.entries));
    while (scanner.next()) registers.add(scanner.pcr);
  } catch (error) {
    // Appraising the list says so.
    if (!(error instanceof KitenError)) throw error;
  }
  if (registers.size === 0) registers.add(10);
  return registers;
}

/** What ran since the boot: the list leads to every quoted bank's register, and names approved files only. */
export function appraiseIma(part: ImaPart, context: ImaContext): AppraisedIma {
  try {
    return appraise(part, context);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return failed(conclude('ima-log-unreadable', 'runtime', { problem: error.code }));
  }
}

const failed = (conclusion: Conclusion): AppraisedIma => ({
  conclusions: [conclusion, conclude('files-unjudged', 'files')],
  approved: false,
});

function appraise(part: ImaPart, context: ImaContext): AppraisedIma {
  const { quoted, images, before } = context;
  const registers = measurementRegisters(part, before);
  const banks = banksWith(quoted, registers);
  if (banks.length === 0) return failed(conclude('ima-log-unquoted', 'runtime'));
  if (part.offset === 0 && !isOfThisBoot(part.entries, quoted)) {
    return failed(conclude('boot-aggregate-mismatch', 'runtime'));
  }
  const judge = new FileJudge(images);
  const states = new Map<number, ImaState>();
  let shared = 0;
  for (const [index, bank] of banks.entries()) {
    const from = startState(part, before.get(bank.id));
    if (from === undefined) {
      const expected = before.get(bank.id)?.offset ?? 0;
      return failed(conclude('ima-log-gap', 'runtime', { offset: part.offset, expected }));
    }
    const replayed = replayBank(part, from, bank, { quoted, images, registers });
    if ('conclusion' in replayed) return failed(replayed.conclusion);
    states.set(bank.id, replayed.state);
    if (index === 0) shared = replayed.sharedBytes;
  }
  judgeFrom(part, shared, judge);
  return summarise(states, judge, context);
}

function banksWith(quoted: PcrBanks, registers: ReadonlySet<number>): TpmHash[] {
  return [...quoted].flatMap(([id, values]) => {
    const bank = tpmHashOf(id);
    return bank !== undefined && [...registers].every((pcr) => values.has(pcr)) ? [bank] : [];
  });
}

/** From the start, or from where the last appraisal of this boot left off. */
function startState(part: ImaPart, before: ImaState | undefined): ImaState | undefined {
  if (part.offset === 0) return emptyImaState(before?.rule ?? 'hashed');
  return before?.offset === part.offset ? before : undefined;
}

type Replayed =
  | { readonly state: ImaState; readonly sharedBytes: number }
  | { readonly conclusion: Conclusion };

interface Registers {
  readonly quoted: PcrBanks;
  readonly images: readonly ReferenceImage[];
  readonly registers: ReadonlySet<number>;
}

function replayBank(
  part: ImaPart,
  from: ImaState,
  bank: TpmHash,
  { quoted, images, registers }: Registers,
): Replayed {
  const values = quoted.get(bank.id);
  const wrongOf = (state: ImaState) =>
    [...registers].find((pcr) => values?.get(pcr) !== (state.values.get(pcr) ?? initialValue(pcr, bank)));
  const first = replayWithShared(part, from, bank, images);
  const wrong = wrongOf(first.state);
  if (wrong === undefined) return first;
  if (from.entries === 0 && bank.id !== tpmAlgorithm.sha1) {
    const padded = replayPadded(part, bank);
    if (padded !== undefined && wrongOf(padded) === undefined) return { state: padded, sharedBytes: 0 };
  }
  const value = values?.get(wrong) ?? '';
  return { conclusion: imaMismatch({ entries: part.entries, from, bank, pcr: wrong, value }, images) };
}

/** What an image's own list has in common with this one needs no replay. */
function replayWithShared(
  { entries }: ImaPart,
  from: ImaState,
  bank: TpmHash,
  images: readonly ReferenceImage[],
): { state: ImaState; sharedBytes: number } {
  const log = bufferOf(entries);
  if (from.entries === 0) {
    for (const { imaLog } of images) {
      const count = imaLog?.sharedEntries(log) ?? 0;
      if (imaLog?.pcr === undefined || count === 0) continue;
      const sharedBytes = imaLog.lengthOf(count);
      const value = imaLog.valueAfter(count, bank, from.rule);
      const start = {
        rule: from.rule,
        offset: sharedBytes,
        entries: count,
        values: new Map([[imaLog.pcr, value]]),
      };
      return { state: replayIma(log.subarray(sharedBytes), bank, { from: start }), sharedBytes };
    }
  }
  return { state: replayIma(log, bank, { from }), sharedBytes: 0 };
}

/** As older kernels filled the bank. A list whose digests don't fit its data was not made so. */
function replayPadded({ entries }: ImaPart, bank: TpmHash): ImaState | undefined {
  try {
    return replayIma(entries, bank, { rule: 'padded' });
  } catch (error) {
    if (error instanceof KitenError && error.code === 'attestation/ima-log-altered') return undefined;
    throw error;
  }
}

function judgeFrom({ offset, entries }: ImaPart, start: number, judge: FileJudge): void {
  const scanner = new ImaScanner(bufferOf(entries), start);
  while (scanner.next()) judge.judge(scanner, offset + scanner.start === 0);
}

function summarise(
  states: ReadonlyMap<number, ImaState>,
  judge: FileJudge,
  { standing, unknownFiles }: ImaContext,
): AppraisedIma {
  const found = judge.conclusions(unknownFiles);
  const all = [...standing, ...found];
  const [runtime, files] = [worstOn('runtime', all), worstOn('files', all)];
  const count = Math.max(...[...states.values()].map(({ entries }) => entries));
  const unjudged = !judge.hasReferences;
  const affirming = unjudged
    ? conclude('runtime-unjudged', 'runtime')
    : conclude('runtime-approved', 'runtime', { count });
  const filesAffirming = unjudged
    ? conclude('files-unjudged', 'files')
    : conclude('files-approved', 'files', { count });
  return {
    conclusions: [runtime ?? affirming, files ?? filesAffirming],
    states,
    approved: runtime === undefined && files === undefined && !unjudged,
  };
}

import { type CheckReport, checkVerdict, parseTrust, type Trust } from '@kiten/checker';
import { decodeBundle } from '@kiten/trust';
import { sha256, webCryptography } from './web-cryptography.ts';

/** A bundle, what somebody believes, and what the checker said about the one by the other. */
export interface Checked {
  readonly bundle: Uint8Array;
  readonly trust: Trust;
  readonly report: CheckReport;
  /** The key ids of the trust file's roots, in their order. */
  readonly rootIds: readonly Uint8Array[];
  /** Where each statement stands in the log, by the number of its leaf. */
  readonly entries: ReadonlyMap<number, number>;
  /** Milliseconds since the Unix epoch. */
  readonly checkedAt: number;
}

/** Runs the independent checker here, in the browser. @throws KitenError `checker/trust-…` for a trust file that is none */
export async function checkBundle(bundle: Uint8Array, trustFile: string, now: number): Promise<Checked> {
  const trust = parseTrust(trustFile);
  const report = await checkVerdict(bundle, trust, { now, cryptography: webCryptography });
  const rootIds = await Promise.all(trust.roots.map(({ key }) => sha256(key)));
  const entries = report.holds ? entriesOf(bundle) : new Map();
  return { bundle, trust, report, rootIds, entries, checkedAt: now };
}

function entriesOf(bundle: Uint8Array): ReadonlyMap<number, number> {
  const { leaves } = decodeBundle(bundle);
  return new Map(
    leaves.flatMap((leaf, number) => (leaf.kind === 'statement' ? [[number, leaf.index] as const] : [])),
  );
}

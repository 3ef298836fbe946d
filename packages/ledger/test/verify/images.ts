import type { LedgerReport } from '../../src/index.ts';
import { appendInGroups, imageOf, openTestLedger, temporaryDirectory } from '../support.ts';

export const first = 'segment-0000000000000000';
export const groups = [1, 1, 2, 40, 3, 200, 1, 30, 7, 1, 1, 20, 1, 4];
export const total = groups.reduce((sum, count) => sum + count, 0);

/** A ledger of `total` entries: closed in order, or as a crash leaves it, after which zeros follow the last frame. */
export async function build(options: { segmentBytes?: number } = {}, close = true): Promise<string> {
  const directory = await temporaryDirectory();
  const ledger = await openTestLedger(directory, options);
  await appendInGroups(ledger, groups.slice(0, 4));
  await ledger.publish();
  await appendInGroups(ledger, groups.slice(4, 8));
  await ledger.publish();
  await appendInGroups(ledger, groups.slice(8));
  const image = close ? directory : await imageOf(directory);
  await ledger.close();
  return image;
}

export const codes = (report: LedgerReport) => [...new Set(report.problems.map(({ code }) => code))];

import { createHash } from 'node:crypto';
import type { Ledger } from '@kiten/ledger';
import type { RecordedEvent, Standing } from '@kiten/trust';
import { readEntry } from '../site/log-entries.ts';
import type { Database } from '../store/database.ts';
import { WithdrawnAccess } from './withdrawn-access.ts';

/** A decision about a device that the log has and the store does not know yet. */
export interface LaterDecision {
  readonly device: string;
  readonly standing: Standing;
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** What store and log say about each other. */
export interface Comparison {
  readonly entries: number;
  /** What the store says and the log does not bear out, in sentences. */
  readonly problems: readonly string[];
  /** Devices that the log saw come and the store does not know. */
  readonly unknownDevices: readonly string[];
  readonly laterDecisions: readonly LaterDecision[];
  /** Access that the log says is withdrawn. */
  readonly withdrawn: WithdrawnAccess;
}

const standingAfter: Readonly<Record<string, Standing>> = {
  'device/quarantined': 'quarantined',
  'device/released': 'admitted',
  'device/revoked': 'revoked',
  'device/enrolled': 'admitted',
};

const mostProblems = 20;

/**
 * Holds store and log against each other: each statement of the store stands in the log where the store says, each
 * device came by an enrolment that is on record, and stands as was decided last.
 */
export async function compareWithLog(
  database: Database,
  ledger: Pick<Ledger, 'read' | 'size'>,
): Promise<Comparison> {
  const problems: string[] = [];
  const placed = new Map<number, string>();
  const rows = await database
    .selectFrom('statements')
    .select(['digest', 'log_index'])
    .where('log_index', 'is not', null)
    .execute();
  for (const { digest, log_index } of rows) placed.set(log_index ?? -1, digest);

  const logged = new Map<string, LaterDecision>();
  const withdrawn = new WithdrawnAccess();
  for await (const { index, entry } of ledger.read(0, ledger.size)) {
    const digest = placed.get(index);
    placed.delete(index);
    if (digest !== undefined && digest !== createHash('sha256').update(entry).digest('hex'))
      problems.push(`Entry ${index} of the log is not the statement ${digest} that the store has there.`);
    const event = readEntry(entry);
    withdrawn.note(event);
    note(event, logged);
  }
  for (const [index, digest] of placed)
    problems.push(`The log has no entry ${index}: the statement ${digest} is missing.`);

  // What was committed and not appended yet counts as said.
  const said = new Map(logged);
  for (const { entry } of await database.selectFrom('outbox').select('entry').orderBy('id').execute())
    note(readEntry(entry), said);
  const devices = new Map(
    (await database.selectFrom('devices').select(['id', 'standing', 'standing_at']).execute()).map((row) => [
      row.id,
      row,
    ]),
  );
  const laterDecisions: LaterDecision[] = [];
  for (const [id, { standing, standing_at }] of devices) {
    const last = said.get(id);
    if (last === undefined)
      problems.push(`The store knows the device ${id}, and the log never saw it enrol.`);
    else if (last.standing !== standing && last.at > standing_at) laterDecisions.push(last);
    else if (last.standing !== standing)
      problems.push(`The store says that ${id} is ${standing}, and the log that it is ${last.standing}.`);
  }
  return {
    entries: ledger.size,
    problems: problems.slice(0, mostProblems),
    unknownDevices: [...said.keys()].filter((id) => !devices.has(id)),
    laterDecisions,
    withdrawn,
  };
}

function note(event: RecordedEvent, decisions: Map<string, LaterDecision>): void {
  const { type, subject, at, actor, reason } = event;
  const standing = standingAfter[type];
  if (standing === undefined || subject?.kind !== 'device') return;
  const before = decisions.get(subject.id);
  // A device that enrols again while it is quarantined stays so.
  if (type === 'device/enrolled' && before?.standing === 'quarantined') return;
  decisions.set(subject.id, { device: subject.id, standing, at, by: actor, reason: reason ?? null });
}

import { KitenError } from '@kiten/codec';
import { type Clearance, deviceSubject, type Finding, type RecordedEvent, subjectKey } from '@kiten/trust';
import type { DeviceRecord } from './device-book.ts';

/**
 * What an operator means who wants a finding cleared: a finding on one part of a device is none on another.
 *
 * @param part as `stream:pump-1/tank`, or `device:pump-1`; without it, only one part may have the finding
 * @throws KitenError `kiten/finding-unknown`, `kiten/finding-ambiguous`
 */
export function findingsToClear(
  { id, verdict }: Pick<DeviceRecord, 'id' | 'verdict'>,
  code: string,
  part: string | undefined,
): readonly Finding[] {
  const found = verdict.findings.filter(
    (finding) => finding.code === code && (part === undefined || subjectKey(finding.subject) === part),
  );
  if (found.length === 0)
    throw new KitenError(
      'kiten/finding-unknown',
      `No finding ${code.slice(0, 80)} counts on ${part?.slice(0, 140) ?? id} now.`,
    );
  const parts = [...new Set(found.map(({ subject }) => subjectKey(subject)))];
  if (parts.length === 1) return found;
  const some = parts.slice(0, 5).join(', ') + (parts.length > 5 ? ', …' : '');
  throw new KitenError(
    'kiten/finding-ambiguous',
    `${code} counts on ${parts.length} parts of ${id}; say which one is meant: ${some}.`,
  );
}

/** One for each finding on each part. */
export function clearingEvents(
  { id }: Pick<DeviceRecord, 'id'>,
  found: readonly Finding[],
  { at, operator, reason }: Clearance,
): readonly RecordedEvent[] {
  const ofParts = new Map(
    found.map(({ code, subject }) => [
      `${code} ${subjectKey(subject)}`,
      subject.kind === 'device' ? { code } : { code, part: subjectKey(subject) },
    ]),
  );
  const about = { type: 'finding/cleared', at, actor: operator, subject: deviceSubject(id), reason };
  return [...ofParts.values()].map((data) => ({ ...about, data }));
}

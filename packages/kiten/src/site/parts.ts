import { deviceOfStream } from '@kiten/measurement';
import { deviceSubject, type Finding, type PartOf, type Subject, subjectKey } from '@kiten/trust';

/** The device in whose verdict findings on a subject count. */
export function deviceOf({ kind, id }: Subject): string {
  return kind === 'stream' ? deviceOfStream(id) : id;
}

/** The parts of a device about which something was found. */
export function partsOf(device: string, findings: readonly Finding[]): readonly PartOf[] {
  const whole = deviceSubject(device);
  const parts = findings.flatMap(({ subject }) => (subject.kind === 'device' ? [] : [subject]));
  const different = new Map(parts.map((part) => [subjectKey(part), part]));
  return [...different.values()].map((part) => ({ part, whole }));
}

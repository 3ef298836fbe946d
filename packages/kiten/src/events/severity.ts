import type { RecordedEvent } from '@kiten/trust';

/** How much an event asks for somebody's attention. */
export type Severity = 'informational' | 'notice' | 'warning' | 'critical';

const alarming = new Set([
  'witness/suspicion',
  'witness/objected',
  'site/restored',
  'operator/sign-in-refused',
  'enrolment/refused',
  'device/quarantined',
  'device/revoked',
]);
const routine = new Set([
  'verdict/issued',
  'verdict/attested',
  'token/created',
  'site/started',
  'site/stopped',
]);

/** A finding weighs as much as its tier (AR4SI §2.3.2: from 96 on contraindicated, from 32 on a warning). */
export function severityOf({ type, data }: RecordedEvent): Severity {
  if (type === 'finding/recorded') {
    const weight = Math.abs(Number(data.value));
    return weight >= 96 ? 'critical' : weight >= 32 ? 'warning' : 'informational';
  }
  if (alarming.has(type)) return 'warning';
  return routine.has(type) ? 'informational' : 'notice';
}

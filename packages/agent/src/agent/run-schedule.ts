import { decodeResult } from '@kiten/attestation';
import { attest } from './attest.ts';
import { Backoff } from './backoff.ts';
import { renew } from './enrol.ts';
import { failure, type Report } from './event.ts';
import type { Host } from './host.ts';
import { requireIdentity } from './identity.ts';

/** The longest that a timer takes. */
const longest = 2 ** 31 - 1;

/**
 * Renews the certificate after two thirds of its life, and attests before what it affirms lapses, until it is told to
 * stop. What fails is tried again, ever more seldom.
 */
export async function runSchedule(host: Host, report: Report, stop: AbortSignal): Promise<void> {
  const backoff = new Backoff(host.random);
  while (!stop.aborted) {
    const { doing, due } = await nextDuty(host, backoff.share());
    await host.wait(Math.min(Math.max(0, due - host.clock.now()), longest), stop);
    if (stop.aborted || host.clock.now() < due) continue;
    try {
      report(doing === 'renew' ? await renewed(host) : await attested(host));
      backoff.succeeded();
    } catch (error) {
      report(failure(doing, error));
      await host.wait(backoff.next(), stop);
    }
  }
}

async function renewed(host: Host) {
  const { serial, notAfter } = await renew(host);
  return { event: 'renewed', serial, notAfter } as const;
}

async function attested(host: Host) {
  const { status, findings, nextBefore } = await attest(host);
  return { event: 'attested', status, findings: findings.map(({ code }) => code), nextBefore } as const;
}

interface Duty {
  readonly doing: 'renew' | 'attest';
  /** Milliseconds since the Unix epoch. */
  readonly due: number;
}

async function nextDuty(host: Host, share: number): Promise<Duty> {
  const { notBefore, notAfter } = (await requireIdentity(host)).certificate;
  const renewal: Duty = { doing: 'renew', due: notBefore + ((notAfter - notBefore) * 2) / 3 };
  if (host.configuration.tpm === undefined) return renewal;
  const attestation: Duty = { doing: 'attest', due: await attestationDue(host, share) };
  return attestation.due < renewal.due ? attestation : renewal;
}

/** At once if never; else after seven to nine tenths of the time that is left. */
async function attestationDue(host: Host, share: number): Promise<number> {
  const result = await host.state.read('result.json');
  const now = host.clock.now();
  if (result === undefined) return now;
  const { nextBefore } = decodeResult(result);
  return now + Math.max(0, nextBefore - now) * (0.7 + 0.2 * share);
}

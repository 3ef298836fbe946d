import type { ResultMessage } from '@kiten/attestation';
import type { Enrolled } from '../agent/enrol.ts';
import type { AgentEvent } from '../agent/event.ts';
import type { Published } from '../agent/publish.ts';
import type { AgentStatus } from '../agent/status.ts';

/** Where the command line speaks. */
export class Output {
  readonly #out: (text: string) => void;
  readonly #error: (text: string) => void;

  constructor(out: (text: string) => void, error: (text: string) => void) {
    this.#out = out;
    this.#error = error;
  }

  /** Says a value: as JSON on one line, or as people read it. @returns 0 */
  say<Value>(json: boolean, value: Value, show: (value: Value) => string): 0 {
    return this.text(json ? JSON.stringify(value) : show(value));
  }

  text(text: string): 0 {
    this.#out(`${text}\n`);
    return 0;
  }

  complain(text: string): void {
    this.#error(`${text}\n`);
  }
}

const time = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');

const places = {
  tpm: 'in the TPM and never leaves it',
  pkcs11: 'in a PKCS #11 token',
  file: 'in a file (whoever becomes root can copy it)',
} as const;

export function showEnrolled({ device, serial, notAfter, key, attestation }: Enrolled): string {
  const lines = [
    `${device} has certificate ${serial} until ${time(notAfter)}; its key lives ${places[key]}.`,
  ];
  if (attestation !== null) {
    lines.push(`Key ${attestation.attestationKey} attests for it (${attestation.endorsement}).`);
  }
  return lines.join('\n');
}

export function showResult({ device, status, findings, nextBefore }: Omit<ResultMessage, 'ear'>): string {
  const lines = findings.map(
    ({ code, claim, value, sentence }) => `  ${claim} ${value}  ${code}: ${sentence}`,
  );
  return [`${device} is ${status}; to attest again before ${time(nextBefore)}.`, ...lines].join('\n');
}

export const showPublished = ({ topic, size }: Published): string =>
  `The site took ${size} octets at ${topic}.`;

export function showStatus({ device, certificate, key, result }: AgentStatus): string {
  const lines = [
    certificate === null
      ? `${device} is not enrolled.`
      : `${device} has certificate ${certificate.serial} until ${time(certificate.notAfter)}${certificate.valid ? '' : ', which is not valid now'}; its key lives ${places[key]}.`,
  ];
  if (result === null) lines.push('It has not attested.');
  else
    lines.push(
      `It was ${result.status}; to attest again before ${time(result.nextBefore)}.`,
      ...result.findings.map((code) => `  ${code}`),
    );
  return lines.join('\n');
}

export const showEvent = ({ event, ...detail }: AgentEvent): string =>
  [event, ...Object.entries(detail).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ');

import { decodeResult } from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import type { KeyPlace } from '../keys/device-key.ts';
import type { Host } from './host.ts';
import { storedIdentity } from './identity.ts';

/** What the agent knows of its device, without asking anybody. */
export interface AgentStatus {
  readonly device: string;
  readonly certificate: {
    readonly serial: string;
    readonly notAfter: number;
    readonly valid: boolean;
  } | null;
  /** Where its key lives, or will: a file is readable by whoever becomes root. */
  readonly key: KeyPlace;
  readonly attestation: unknown;
  /** Of the last evidence. */
  readonly result: {
    readonly status: string;
    readonly findings: readonly string[];
    readonly holdsUntil: number | null;
    readonly nextBefore: number;
  } | null;
}

/** @throws KitenError `agent/state-…` */
export async function status(host: Host): Promise<AgentStatus> {
  const identity = await storedIdentity(host);
  const result = await host.state.read('result.json');
  const attestation = await host.state.read('attestation.json');
  return {
    device: host.configuration.device,
    certificate: identity === undefined ? null : certificateStatus(host, identity),
    key: identity?.key.place ?? host.configuration.key.store,
    attestation: attestation === undefined ? null : JSON.parse(attestation.toString('utf8')),
    result: result === undefined ? null : resultStatus(result),
  };
}

function certificateStatus(
  { clock }: Host,
  { certificate }: { certificate: { serialNumber: Uint8Array; notBefore: number; notAfter: number } },
) {
  const now = clock.now();
  const { serialNumber, notBefore, notAfter } = certificate;
  return { serial: toHex(serialNumber), notAfter, valid: now >= notBefore && now <= notAfter };
}

function resultStatus(bytes: Uint8Array) {
  const { status: tier, findings, holdsUntil, nextBefore } = decodeResult(bytes);
  return { status: tier, findings: findings.map(({ code }) => code), holdsUntil, nextBefore };
}

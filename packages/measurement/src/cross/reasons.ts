import { type CheckState, checkWeights, leftoverPower } from './blame.ts';
import type { Reason } from './cross-judgement.ts';
import { attestationWeight, detectorWeight, freshnessWeight, type OwnEvidence } from './own-evidence.ts';

export interface ReasonParts {
  readonly sensor: number;
  readonly channel: string;
  readonly own: OwnEvidence;
  readonly checks: readonly CheckState[];
  /** Text of each, in the order of the checks. */
  readonly names: readonly string[];
  readonly relation: number;
  /** What is left over if it is not asked, and if all are. */
  readonly without: number;
  readonly all: number;
}

/** Why a sensor is thought to lie or not, what weighs most first. */
export function reasonsOf(parts: ReasonParts): Reason[] {
  const { sensor, channel, own, checks, names, relation, without, all } = parts;
  const found: Reason[] = [];
  const seen = new Set<string>();
  for (const [at, { sensors, holds }] of checks.entries()) {
    const name = names[at] as string;
    if (holds === undefined || !sensors.includes(sensor) || seen.has(`${name} ${holds}`)) continue;
    seen.add(`${name} ${holds}`);
    found.push(
      holds
        ? { what: 'kept', name, weight: checkWeights.holds }
        : { what: 'check', name, weight: checkWeights.fails },
    );
  }
  if (relation >= 1)
    found.push({
      what: 'relation',
      name: 'relation',
      weight: leftoverPower * (Math.log1p(all) - Math.log1p(without)),
    });
  const sees = own.alarm?.sources.join(', ') ?? 'calm';
  found.push({ what: 'detectors', name: sees, weight: detectorWeight(own, channel) });
  found.push({ what: 'freshness', name: own.freshness ?? '', weight: freshnessWeight(own) });
  found.push({ what: 'attestation', name: own.attestation ?? '', weight: attestationWeight(own) });
  return found
    .filter(({ weight }) => Math.abs(weight) >= 0.05)
    .toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
}

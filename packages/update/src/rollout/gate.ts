import type { Gate } from './definition.ts';

/** How the devices of one wave, or of one kind within it, stand. Each device is counted once, as it stood last. */
export interface Tally {
  /** Without those that left: revoked, or given other hardware. */
  readonly size: number;
  readonly proven: number;
  readonly failed: number;
  /** Assigned the release, and neither proven nor failed. */
  readonly underWay: number;
  /** Not assigned it yet and not heard of since the wave opened. */
  readonly unheard: number;
}

/** A wave, and what it looked like when somebody last said to go on. */
export interface WaveState {
  readonly tally: Tally;
  /** By model, or whatever devices have in common that an update may go wrong with. */
  readonly kinds: ReadonlyMap<string, Tally>;
  /** When it opened, or was resumed. */
  readonly since: number;
  /** Failures that an operator has seen and went on despite: of the wave under `''`, of its kinds by their names. */
  readonly forgiven: ReadonlyMap<string, number>;
}

export type GateVerdict =
  | { readonly outcome: 'pause'; readonly cause: PauseCause }
  | { readonly outcome: 'advance' }
  | { readonly outcome: 'wait'; readonly needs: number };

/** Why a gate pauses a campaign. */
export type PauseCause =
  | {
      readonly code: 'too-many-failed';
      readonly failed: number;
      readonly tolerated: number;
      readonly of: number;
      readonly kind: string;
    }
  | { readonly code: 'quorum-missed'; readonly proven: number; readonly quorum: number; readonly of: number }
  | { readonly code: 'release-withdrawn'; readonly target: string };

/** How many devices of so many have to be proven. */
export const quorumOf = (size: number, { quorumPercent }: Gate): number =>
  Math.ceil((size * quorumPercent) / 100);

/**
 * How many of so many may fail, or say that they did, before the campaign pauses. Never more than would leave the quorum
 * out of reach, so that a small wave tolerates nothing.
 */
export function toleratedOf(size: number, gate: Gate): number {
  const { devices, percent } = gate.tolerate;
  return Math.min(Math.max(devices, Math.floor((size * percent) / 100)), size - quorumOf(size, gate));
}

/** How many devices that lie it takes less than: to stop a wave of that size, and to drive it on by their word alone. */
export const withstands = (size: number, gate: Gate): { readonly stop: number; readonly drive: number } => ({
  stop: toleratedOf(size, gate),
  drive: Math.max(0, quorumOf(size, gate) - 1),
});

/**
 * Judges a wave. Too many failures stop it at once, in all of it or in one kind of device alone, which would go under in
 * the whole; only enough devices that are proven open the next one, and not before it has lasted.
 */
export function judgeWave(
  { tally, kinds, since, forgiven }: WaveState,
  gate: Gate,
  now: number,
): GateVerdict {
  const cause = excess('', tally, forgiven, gate) ?? firstExcess(kinds, forgiven, gate);
  if (cause !== undefined) return { outcome: 'pause', cause };
  const lasted = now - since;
  const isPatient = lasted < gate.offlineSeconds * 1000;
  const counted = tally.size - (isPatient ? 0 : tally.unheard);
  const least = Math.ceil((tally.size * gate.leastPercent) / 100);
  const quorum = quorumOf(Math.max(counted, least), gate);
  const isThrough = tally.proven >= quorum && lasted >= gate.soakSeconds * 1000;
  if (isThrough) return { outcome: 'advance' };
  if (lasted >= gate.deadlineSeconds * 1000 && tally.proven < quorum)
    return {
      outcome: 'pause',
      cause: { code: 'quorum-missed', proven: tally.proven, quorum, of: tally.size },
    };
  return { outcome: 'wait', needs: Math.max(0, quorum - tally.proven) };
}

/** The same for a wave that is through, whose stragglers may still fail. */
export function excessOf({ tally, kinds, forgiven }: WaveState, gate: Gate): PauseCause | undefined {
  return excess('', tally, forgiven, gate) ?? firstExcess(kinds, forgiven, gate);
}

function firstExcess(
  kinds: WaveState['kinds'],
  forgiven: WaveState['forgiven'],
  gate: Gate,
): PauseCause | undefined {
  for (const [kind, tally] of kinds) {
    const cause = excess(kind, tally, forgiven, gate);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function excess(
  kind: string,
  { failed, size }: Tally,
  forgiven: WaveState['forgiven'],
  gate: Gate,
): PauseCause | undefined {
  // A kind of a handful of devices has no share that means anything: what the whole wave tolerates counts there.
  const tolerated =
    kind === '' ? toleratedOf(size, gate) : Math.max(gate.tolerate.devices, toleratedOf(size, gate));
  const fresh = failed - (forgiven.get(kind) ?? 0);
  if (fresh <= tolerated) return undefined;
  return { code: 'too-many-failed', failed, tolerated, of: size, kind };
}

import type { Evidence, EvidenceFamily } from './evidence.ts';

/** Seconds that what a check saw counts for. */
const hold = 2;
/** From this share of its limit on a check is told of in an alarm. */
const telling = 0.5;
/** A fix that is there, and wrong. */
const contradicting: ReadonlySet<EvidenceFamily> = new Set(['motion', 'height', 'clock']);
const saysSpoofing: ReadonlySet<string> = new Set([
  'receiver says spoofing',
  'receiver says simulated',
  'even strength',
]);
/** No fix, or one of as few satellites as make none. */
const losing: ReadonlySet<string> = new Set(['fix', 'silence', 'few satellites', 'receiver says jamming']);

export interface FlightMoment {
  /** Seconds since the autopilot started. */
  readonly time: number;
  /** 1 is where an alarm begins. */
  readonly severity: number;
  /** Of each check that says anything, in parts of its limit, the most first. */
  readonly checks: readonly { readonly check: string; readonly severity: number }[];
}

/** `interference`: fixes go on, and nothing contradicts them yet; it may become either. */
export type FlightAttack = 'jamming' | 'spoofing' | 'interference';

/** A stretch of time with an alarm. */
export interface FlightAlarm {
  readonly from: number;
  readonly to: number;
  readonly severity: number;
  /** The most probable: of spoofing there are contradictions, of jamming only losses. */
  readonly kind: FlightAttack;
  readonly checks: readonly string[];
  readonly reads: readonly string[];
}

export interface FlightJudgement {
  /** The checks that what there is allows. */
  readonly evidence: readonly Evidence[];
  readonly moments: readonly FlightMoment[];
  readonly alarms: readonly FlightAlarm[];
}

/**
 * What all checks together say, moment by moment. What is known at a moment comes from what was said before it.
 *
 * @param limits where checks begin to be reason enough, if it was learned
 */
export function judgeEvidence(
  checks: readonly Evidence[],
  limits: ReadonlyMap<string, number> = new Map(),
): FlightJudgement {
  const evidence = checks.map((each) => ({ ...each, limit: limits.get(each.check) ?? each.limit }));
  const latest = evidence.map((each) => new Latest(each));
  const moments = momentsOf(evidence).map((time): FlightMoment => {
    const severities = latest.map((each) => each.at(time));
    const told = evidence
      .map(({ check }, at) => ({ check, severity: severities[at] as number }))
      .filter(({ severity }) => severity > 0)
      .sort((one, other) => other.severity - one.severity);
    return { time, severity: together(evidence, severities), checks: told };
  });
  return { evidence, moments, alarms: alarmsOf(moments, evidence) };
}

/** Checks of one family have causes in common: its worst counts. Families don't: together, half a reason and more make one. */
function together(evidence: readonly Evidence[], severities: readonly number[]): number {
  const worst = new Map<EvidenceFamily, number>();
  for (const [at, { family }] of evidence.entries())
    worst.set(family, Math.max(worst.get(family) ?? 0, severities[at] as number));
  return Math.hypot(...worst.values());
}

/** The most that a check said within the last two seconds, in parts of its limit. */
class Latest {
  readonly #evidence: Evidence;
  #from = 0;
  #to = 0;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  at(time: number): number {
    const { times, values, limit } = this.#evidence;
    while (this.#to < times.length && (times[this.#to] as number) <= time) this.#to++;
    while (this.#from < this.#to && (times[this.#from] as number) <= time - hold) this.#from++;
    let most = 0;
    for (let row = this.#from; row < this.#to; row++)
      if ((values[row] as number) > most) most = values[row] as number;
    return most / limit;
  }
}

function momentsOf(evidence: readonly Evidence[]): number[] {
  const all = new Set<number>();
  for (const { times } of evidence) for (const time of times) all.add(time);
  return [...all].sort((one, other) => one - other);
}

/** Moments with an alarm are one if nothing calm lies between, or for no longer than what is remembered. */
function alarmsOf(moments: readonly FlightMoment[], evidence: readonly Evidence[]): FlightAlarm[] {
  const stretches: FlightMoment[][] = [];
  let last = -1;
  for (const [at, moment] of moments.entries()) {
    if (moment.severity < 1) continue;
    const open = stretches.at(-1);
    const isNear = last === at - 1 || moment.time - (moments[last]?.time ?? Number.NaN) <= hold;
    if (open !== undefined && isNear) open.push(moment);
    else stretches.push([moment]);
    last = at;
  }
  return stretches.map((stretch) => alarmOf(stretch, evidence));
}

function alarmOf(stretch: readonly FlightMoment[], evidence: readonly Evidence[]): FlightAlarm {
  const worst = new Map<string, number>();
  for (const { checks } of stretch)
    for (const { check, severity } of checks)
      if (severity >= telling) worst.set(check, Math.max(worst.get(check) ?? 0, severity));
  const ranked = evidence
    .filter(({ check }) => worst.has(check))
    .sort((one, other) => (worst.get(other.check) as number) - (worst.get(one.check) as number));
  const isClear = ({ check }: Evidence) => (worst.get(check) as number) >= 1;
  const isContradicted = ranked.some(
    (each) => isClear(each) && (contradicting.has(each.family) || saysSpoofing.has(each.check)),
  );
  const isLost = ranked.some((each) => isClear(each) && losing.has(each.check));
  return {
    from: (stretch[0] as FlightMoment).time,
    to: (stretch.at(-1) as FlightMoment).time,
    severity: Math.max(...stretch.map(({ severity }) => severity)),
    kind: isContradicted ? 'spoofing' : isLost ? 'jamming' : 'interference',
    checks: ranked.map(({ check }) => check),
    reads: [...new Set(ranked.flatMap(({ reads }) => reads))],
  };
}

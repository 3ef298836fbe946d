import { KitenError } from '@kiten/codec';
import { backOff } from './back-off.ts';
import type { Gate, Retry } from './definition.ts';
import type { Trust } from './facts.ts';

/**
 * How far a device has come. It is proven once it has confirmed the release and evidence from after that holds; until then
 * its counter may not be burnt, and it can go back.
 */
export type MemberState =
  | 'waiting'
  | 'assigned'
  | 'installed'
  | 'confirmed'
  | 'proven'
  | 'failed'
  /** On the way back, back, and confirmed so that there is no way back. */
  | 'returning'
  | 'returned'
  | 'stuck';

/** What became of it, if it failed: went back by itself, refused, fell, or was not heard of. */
export type Failure = 'rolled-back' | 'refused' | 'verdict-fell' | 'silent';

/** One device of a campaign. Immutable: what happens makes a new one. Times are milliseconds since the Unix epoch. */
export interface Member {
  readonly device: string;
  /** From 0; −1 for a device that is repaired and belongs to none. */
  readonly wave: number;
  /** What it has in common with others that an update may go wrong with: its model. */
  readonly kind: string;
  readonly state: MemberState;
  /** How often it was assigned the release and came to an end with it. */
  readonly attempts: number;
  /** How it stood when it was assigned the release. */
  readonly trustBefore?: Trust;
  readonly assignedAt?: number;
  readonly installedAt?: number;
  readonly confirmedAt?: number;
  readonly endedAt?: number;
  /** When evidence came that holds, after the installation. */
  readonly shownAt?: number;
  /** Not assigned the release again before. */
  readonly notBefore?: number;
  readonly failure?: Failure;
  /** What the device said of it: a code and a sentence. */
  readonly code?: string;
  readonly said?: string;
}

/** What a device says became of a target. */
export interface Report {
  readonly state: 'installed' | 'confirmed' | 'rolled-back' | 'refused';
  readonly code?: string;
  readonly sentence?: string;
}

/** What members are judged by. */
export interface MemberRules {
  readonly gate: Pick<Gate, 'settleSeconds' | 'proof'>;
  readonly retry: Retry;
}

const severity: Readonly<Record<Trust, number>> = { affirming: 0, none: 1, warning: 2, contraindicated: 3 };

/** It is told to install the release. */
export function assign(member: Member, trust: Trust, now: number): Member {
  const { device, wave, kind, attempts } = member;
  return { device, wave, kind, attempts, state: 'assigned', assignedAt: now, trustBefore: trust };
}

/** It is told so no longer. Whoever has installed it already stays where it is. */
export function withdraw(member: Member): Member {
  if (member.state !== 'assigned') return member;
  return { ...member, state: 'waiting' };
}

/**
 * What a device says. Saying it twice changes nothing; a word that comes late, after the assignment was withdrawn, counts.
 *
 * @throws KitenError `update/report-unassigned` from a device that was never told to install anything
 */
export function reported(member: Member, report: Report, rules: MemberRules, now: number): Member {
  if (member.assignedAt === undefined)
    throw new KitenError('update/report-unassigned', `${member.device} was not assigned what it reports on.`);
  if (member.state === 'returning' || member.state === 'returned' || member.state === 'stuck') return member;
  switch (report.state) {
    case 'installed':
      if (isPast(member, 'installed')) return member;
      return { ...withoutFailure(member), state: 'installed', installedAt: now };
    case 'confirmed':
      if (isPast(member, 'confirmed')) return member;
      return settled({ ...withoutFailure(member), state: 'confirmed', confirmedAt: now }, rules, now);
    case 'rolled-back':
      if (report.code === releaseWithdrawn && member.confirmedAt === undefined)
        return isToldOf(member, report) ? member : withdrawn(member, report);
      if (member.state === 'failed' && member.failure === 'rolled-back') return member;
      return failed(member, 'rolled-back', now, report);
    case 'refused':
      if (report.code === releaseWithdrawn && (member.state === 'waiting' || member.state === 'assigned'))
        return isToldOf(member, report) ? member : withdrawn(member, report);
      // What it has confirmed it cannot refuse: somebody else's word, or an old one.
      if (member.state === 'waiting' || member.state === 'proven' || member.state === 'confirmed')
        return member;
      if (member.state === 'failed') return member;
      return refused(member, report, rules, now);
  }
}

/**
 * What the verifier has come to. A device that stands worse than when it was assigned the release has failed, also after it
 * was proven; evidence from after the installation that holds proves it, once it has confirmed.
 *
 * @param verdict when the evidence came that it goes by, and whether that evidence, held against what the release brings
 *   along and nothing else, shows the release itself
 */
export function appraised(
  member: Member,
  verdict: { readonly trust: Trust; readonly evidenceAt: number; readonly shows: boolean },
  rules: MemberRules,
  now: number,
): Member {
  const { state, trustBefore, assignedAt } = member;
  if (assignedAt === undefined || trustBefore === undefined || !isWatched.has(state)) return member;
  // Nothing is known of a device whose evidence has lapsed: it is silent, and not worse.
  const isWorse = severity[verdict.trust] > Math.max(severity[trustBefore], severity.none);
  if (isWorse) return failed(member, 'verdict-fell', now, {});
  if (verdict.trust !== 'affirming' || !verdict.shows) return member;
  const since = member.installedAt ?? member.confirmedAt;
  if (since === undefined || verdict.evidenceAt <= since || member.shownAt !== undefined) return member;
  return settled({ ...member, shownAt: verdict.evidenceAt }, rules, now);
}

/** Its signed manifest, which came in after the installation, says that its ECUs run the release. */
export function manifested(member: Member, rules: MemberRules, now: number): Member {
  const since = member.installedAt ?? member.confirmedAt;
  const isAwaited = member.state === 'installed' || member.state === 'confirmed';
  if (rules.gate.proof !== 'manifest' || !isAwaited || since === undefined || member.shownAt !== undefined)
    return member;
  return settled({ ...member, shownAt: now }, rules, now);
}

/** Time has passed: whoever has had its time to be proven has failed, until it is heard of again. */
export function elapsed(member: Member, { gate }: MemberRules, now: number): Member {
  const { state, assignedAt } = member;
  const isUnderWay = state === 'assigned' || state === 'installed' || state === 'confirmed';
  if (!isUnderWay || assignedAt === undefined || now < assignedAt + gate.settleSeconds * 1000) return member;
  return failed(member, 'silent', now, {});
}

/** Whether it is a device's turn as far as it is concerned: it may fail, and be told again later. */
export const mayBeAssigned = ({ state, notBefore }: Member, now: number): boolean =>
  state === 'waiting' && (notBefore === undefined || notBefore <= now);

const isWatched: ReadonlySet<MemberState> = new Set(['assigned', 'installed', 'confirmed', 'proven']);

function isPast({ state, failure }: Member, what: 'installed' | 'confirmed'): boolean {
  if (state === 'proven') return true;
  // What went wrong with it stays wrong, whatever it says; that it was not heard of passes.
  if (state === 'failed' && failure !== 'silent') return true;
  return state === 'confirmed' || state === what;
}

/** Proven, if all is there that it takes. */
function settled(member: Member, { gate }: MemberRules, now: number): Member {
  const isShown = gate.proof === 'report' || member.shownAt !== undefined;
  return member.confirmedAt !== undefined && isShown ? { ...member, state: 'proven', endedAt: now } : member;
}

/** What a device says that gives up what was withdrawn: nothing is wrong with it. */
export const releaseWithdrawn = 'agent/release-withdrawn';

const isToldOf = ({ state, code }: Member, report: Report): boolean =>
  state === 'waiting' && code === report.code;

/** It waits again, as if it had never been told. */
function withdrawn(member: Member, report: Report): Member {
  const { installedAt, ...kept } = withoutFailure(member);
  return { ...kept, state: 'waiting', ...wordOf(report) };
}

function refused(member: Member, report: Omit<Report, 'state'>, { retry }: MemberRules, now: number): Member {
  const attempts = member.attempts + 1;
  if (attempts >= retry.attempts) return failed(member, 'refused', now, report);
  const { installedAt, ...kept } = member;
  const notBefore = now + backOff(member.device, attempts, retry);
  return { ...kept, state: 'waiting', attempts, notBefore, ...wordOf(report) };
}

function failed(member: Member, failure: Failure, now: number, report: Omit<Report, 'state'>): Member {
  return {
    ...member,
    state: 'failed',
    failure,
    attempts: member.attempts + 1,
    endedAt: now,
    ...wordOf(report),
  };
}

function wordOf({ code, sentence }: Omit<Report, 'state'>): {
  readonly code?: string;
  readonly said?: string;
} {
  return { ...(code === undefined ? {} : { code }), ...(sentence === undefined ? {} : { said: sentence }) };
}

function withoutFailure(member: Member): Member {
  const { failure, code, said, endedAt, notBefore, ...kept } = member;
  return kept;
}

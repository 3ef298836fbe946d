import { KitenError } from '@kiten/codec';
import { isClaimName } from './claims.ts';
import type { Clearance, Finding } from './finding.ts';
import { isSubject } from './subject.ts';
import { isClaimValue, type Tier, tierOf } from './tiers.ts';

/** Bounds of what a finding may carry, so that it fits an entry of the log. */
export const findingLimits = { premises: 32, parameters: 16, parameterLength: 256 } as const;

const codePattern = /^[a-z][a-z0-9-]{0,31}\/[a-z0-9][a-z0-9-]{0,63}$/;
const wordPattern = /^[\x21-\x7e]{1,128}$/;
const premisePattern = /^sha256:[0-9a-f]{64}$/;
const digestPattern = /^[0-9a-f]{64}$/;
const parameterPattern = /^[a-z][A-Za-z0-9]{0,31}$/;

type Check = readonly [problem: string, holds: (finding: Finding) => boolean, sentence: string];

const checks: readonly Check[] = [
  ['subject', (it) => isSubject(it.subject), 'A finding is about a subject of a known kind.'],
  ['claim', (it) => isClaimName(it.claim), 'A finding is about one of the eight claims of AR4SI.'],
  ['value', (it) => isClaimValue(it.value), 'The value of a finding is an integer from −128 to 127.'],
  [
    'code',
    (it) => isFindingCode(it.code),
    'A finding has a code such as “gateway/credential-in-two-places”.',
  ],
  ['aspect', (it) => isWord(it.aspect), 'A finding names its aspect in 1 to 128 visible ASCII characters.'],
  [
    'appraiser',
    (it) => isWord(it.appraiser),
    'A finding names its appraiser in 1 to 128 visible ASCII characters.',
  ],
  [
    'at',
    (it) => isInstant(it.at),
    'A finding says when its evidence was taken, in whole milliseconds since 1970.',
  ],
  [
    'premises',
    (it) => arePremises(it.premises),
    'The premises of a finding are at most 32 digests “sha256:…”.',
  ],
  [
    'relays',
    (it) => it.relays === undefined || digestPattern.test(it.relays),
    'The statement that a finding relays is named by its SHA-256 in hexadecimal.',
  ],
  [
    'parameters',
    (it) => areParameters(it.parameters),
    'A finding has at most 16 parameters, each a number or a text of at most 256 characters.',
  ],
  [
    'no-end',
    (it) => tierOf(it.value) !== 'affirming' || it.holdsUntil !== undefined,
    'An affirming finding has to say until when it holds.',
  ],
  [
    'lapse',
    (it) => tierOf(it.value) === 'affirming' || it.holdsUntil === undefined,
    'Only an affirming finding may lapse: waiting must not restore trust.',
  ],
  [
    'holds-until',
    (it) => it.holdsUntil === undefined || (isInstant(it.holdsUntil) && it.holdsUntil > it.at),
    'A finding holds until an instant after the one its evidence was taken at.',
  ],
  [
    'clearance',
    (it) => it.clearedBy === undefined || isClearance(it.clearedBy),
    'A clearance says which operator cleared the finding, why and when.',
  ],
  [
    'not-clearable',
    (it) => it.clearedBy === undefined || isAdverse(tierOf(it.value)) || it.relays !== undefined,
    'Only a warning or contraindicated finding can be cleared, or one that relays what somebody else said.',
  ],
];

/**
 * @returns the finding, if it is one that may count.
 * @throws KitenError `trust/finding-subject`, `-claim`, `-value`, `-code`, `-aspect`, `-appraiser`, `-at`,
 *   `-premises`, `-relays`, `-parameters`, `-no-end`, `-lapse`, `-holds-until`, `-clearance`, `-not-clearable`
 */
export function validateFinding(finding: Finding): Finding {
  for (const [problem, holds, sentence] of checks) {
    if (!holds(finding)) {
      throw new KitenError(`trust/finding-${problem}`, sentence, {
        detail: { code: String(finding.code).slice(0, 97), value: String(finding.value).slice(0, 32) },
      });
    }
  }
  return finding;
}

/** Whether a finding is one that may count: `validateFinding` for a reader to whom the reason does not matter. */
export function isFinding(finding: Finding): boolean {
  return checks.every(([, holds]) => holds(finding));
}

/**
 * The finding, cleared by an operator. It then counts as if its appraiser had said nothing on that aspect:
 * what it superseded stays superseded, and only newer evidence can affirm again.
 *
 * @throws KitenError `trust/finding-clearance`, `trust/finding-not-clearable`
 */
export function clearFinding(finding: Finding, clearance: Clearance): Finding {
  return validateFinding({ ...finding, clearedBy: clearance });
}

/** Whether a tier speaks against the subject: a finding of such a tier stands until it is superseded or cleared. */
export function isAdverse(tier: Tier): boolean {
  return tier === 'warning' || tier === 'contraindicated';
}

/** `domain/kebab-words`. */
export function isFindingCode(code: unknown): code is string {
  return typeof code === 'string' && codePattern.test(code);
}

/** The name of a parameter, as templates write it between braces: `camelCase`. */
export function isParameterName(name: string): boolean {
  return parameterPattern.test(name);
}

function isWord(text: unknown): boolean {
  return typeof text === 'string' && wordPattern.test(text);
}

function isInstant(at: unknown): at is number {
  return Number.isSafeInteger(at) && (at as number) >= 0;
}

function arePremises(premises: unknown): boolean {
  return (
    Array.isArray(premises) &&
    premises.length <= findingLimits.premises &&
    premises.every((premise) => typeof premise === 'string' && premisePattern.test(premise))
  );
}

function areParameters(parameters: unknown): boolean {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return false;
  const entries = Object.entries(parameters);
  return (
    entries.length <= findingLimits.parameters &&
    entries.every(([name, value]) => isParameterName(name) && isParameter(value))
  );
}

function isParameter(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && value.length <= findingLimits.parameterLength && value.isWellFormed();
}

function isClearance(clearance: Clearance): boolean {
  const { operator, reason, at } = clearance;
  return isText(operator, 128) && isText(reason, 1024) && isInstant(at);
}

function isText(text: unknown, maximum: number): boolean {
  return typeof text === 'string' && text.trim() !== '' && text.length <= maximum && text.isWellFormed();
}

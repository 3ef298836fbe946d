import { tierOf } from '@kiten/trust';
import { language } from '../language.ts';
import { print, showTime } from '../output.ts';

interface Sentence {
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** A finding as the API gives it. */
export interface FindingAnswer {
  readonly code: string;
  readonly claim: string;
  readonly value: number;
  readonly tier: string;
  readonly at: number;
  readonly holdsUntil?: number;
  readonly premises: readonly string[];
  readonly sentence: { readonly en: Sentence; readonly ja: Sentence };
}

const marks: Readonly<Record<string, string>> = {
  none: '○',
  affirming: '●',
  warning: '▲',
  contraindicated: '✖',
};

/** One character for a claim's value: shape, not colour, carries the meaning. */
export function tierMark(value: number): string {
  return marks[tierOf(value)] ?? '?';
}

/** Padded by hand: a Japanese character is two columns wide. */
const labels = {
  en: {
    expected: 'expected',
    found: 'found   ',
    remedy: 'remedy  ',
    since: 'since   ',
    until: 'until   ',
    evidence: 'evidence',
  },
  ja: {
    expected: '期待    ',
    found: '観測    ',
    remedy: '対処    ',
    since: '発生    ',
    until: '期限    ',
    evidence: '証拠    ',
  },
} as const;

export function printFindings(findings: readonly FindingAnswer[]): void {
  if (findings.length === 0) print('\nno findings count');
  for (const finding of findings) {
    const { expected, found, remedy } = finding.sentence[language()];
    const label = labels[language()];
    print(
      `\n${tierMark(finding.value)} ${finding.code}  ${finding.claim} ${finding.value} (${finding.tier})`,
    );
    print(`  ${label.expected}  ${expected}`);
    print(`  ${label.found}  ${found}`);
    print(`  ${label.remedy}  ${remedy}`);
    print(`  ${label.since}  ${showTime(finding.at)}`);
    if (finding.holdsUntil !== undefined) print(`  ${label.until}  ${showTime(finding.holdsUntil)}`);
    for (const premise of finding.premises) print(`  ${label.evidence}  ${premise}`);
  }
}

/** Japanese where the terminal asks for it, English elsewhere. */

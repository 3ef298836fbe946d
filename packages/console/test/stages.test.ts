import type { CheckReason, CheckReport } from '@kiten/checker';
import { describe, expect, it } from 'vitest';
import { stages, stagesOf } from '../src/proof/stages.ts';

/** Every reason of docs/verdict-bundle.md, "Checking", with the number of the step that gives it. */
const reasons: readonly (readonly [number, readonly CheckReason[]])[] = [
  [1, ['bundle-too-large', 'bundle-malformed', 'bundle-version']],
  [2, ['rules-unknown', 'rules-missing', 'rules-changed', 'rules-malformed']],
  [
    3,
    [
      'checkpoint-malformed',
      'log-unknown',
      'checkpoint-signature',
      'checkpoint-witnesses',
      'checkpoint-from-the-future',
      'checkpoint-stale',
    ],
  ],
  [
    4,
    [
      'root-unknown',
      'statement-malformed',
      'key-missing',
      'key-unsuitable',
      'statement-signature',
      'statement-from-the-future',
      'statement-expired',
      'statement-not-logged',
      'marks-malformed',
      'marks-not-proven',
    ],
  ],
  [5, ['step-malformed', 'step-premise', 'step-mismatch', 'step-unbound']],
  [6, ['key-unused', 'leaf-unused', 'step-unused', 'leaf-repeated']],
  [7, ['goal-not-derived', 'goal-unknown']],
  [8, ['verdict-lapsed', 'verdict-from-the-future']],
];

describe('how far a check came', () => {
  it.each(reasons.flatMap(([number, all]) => all.map((reason) => [reason, number] as const)))(
    '%s is found in step %i',
    (reason, number) => {
      const outcomes = stagesOf({ holds: false, reason, message: '' }).map(([, outcome]) => outcome);
      expect(outcomes).toEqual(
        stages.map((_, index) =>
          index < number - 1 ? 'held' : index === number - 1 ? 'failed' : 'not-reached',
        ),
      );
    },
  );

  it('is all the way where a bundle holds', () => {
    const outcomes = stagesOf({ holds: true } as CheckReport).map(([, outcome]) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['held']));
  });
});

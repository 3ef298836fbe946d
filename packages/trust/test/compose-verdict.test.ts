import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimNames,
  compareTrust,
  composeVerdict,
  defineProfile,
  emptyVector,
  type Finding,
  indexParts,
  isMoreTrusted,
  severityOf,
  tierOf,
  type Verdict,
} from '../src/index.ts';
import { anyFinding, anyHistory, anyProfile, edges, makeFinding, pump } from './arbitraries.ts';

const open = defineProfile({ name: 'open', required: [] });
const strict = defineProfile({ name: 'strict', required: ['executables'] });
const input = { subject: pump, edges, profile: open, now: 10 };
const compose = (findings: Finding[], more: Partial<Parameters<typeof composeVerdict>[0]> = {}) =>
  composeVerdict({ ...input, findings, ...more });

describe('a verdict', () => {
  test('of nothing is none, or a warning where something is required', () => {
    expect(compose([])).toEqual({
      subject: pump,
      vector: emptyVector,
      status: 'none',
      overdue: false,
      epoch: 1,
      at: 10,
      findings: [],
      profile: 'open',
    });
    expect(compose([], { profile: strict }).status).toBe('warning');
  });

  test('takes the worst of several aspects into the claim, and the worst of the claims as status', () => {
    const findings = [
      makeFinding({ value: 2, aspect: 'a' }),
      makeFinding({ value: 33, aspect: 'b' }),
      makeFinding({ value: -97, claim: 'sourced-data' }),
    ];
    const verdict = compose(findings);
    expect(verdict.vector).toEqual({ ...emptyVector, executables: 33, 'sourced-data': -97 });
    expect(verdict.status).toBe('contraindicated');
    expect(verdict.findings.map(({ value }) => value)).toEqual([-97, 33, 2]);
  });

  test('counts its parts and its lot, and nothing else', () => {
    const on = (key: 'component' | 'lot' | 'network', id: string) =>
      makeFinding({ value: 96, subject: { kind: key, id } });
    expect(compose([on('component', 'tpm')]).status).toBe('contraindicated');
    expect(compose([on('lot', '2031-07')]).status).toBe('contraindicated');
    expect(compose([on('component', 'elsewhere'), on('network', 'plant')]).status).toBe('none');
    expect(compose([on('lot', '2031-07')], { edges: indexParts(edges) }).status).toBe('contraindicated');
  });

  test('is overdue from the instant an affirmation lapses, and its claim is none', () => {
    const findings = [makeFinding({ value: 2 }, 20), makeFinding({ value: 2, claim: 'hardware' }, 30)];
    const before = compose(findings, { now: 19 });
    expect(before).toMatchObject({ status: 'affirming', overdue: false, lapsesAt: 20 });
    const after = compose(findings, { now: 20, previous: before });
    expect(after).toMatchObject({ status: 'affirming', overdue: true, epoch: 2, lapsesAt: 30 });
    expect(after.vector.executables).toBe(0);
    expect(compose(findings, { now: 20, profile: strict }).status).toBe('warning');
    expect(compose([...findings, makeFinding({ value: 2, at: 5 }, 99)], { now: 20 }).overdue).toBe(false);
  });

  test('is not extended by a clock that was stepped back', () => {
    const findings = [makeFinding({ value: 2 }, 20)];
    const lapsed = compose(findings, { now: 20 });
    const again = compose(findings, { now: 15, previous: lapsed });
    expect(again).toEqual(lapsed);
  });

  test('does not follow one about another subject', () => {
    const previous = compose([], { subject: { kind: 'device', id: 'pump-2' } });
    expect(() => compose([], { previous })).toThrow(
      expect.objectContaining({ code: 'trust/verdict-subject' }),
    );
  });
});

test('the status is never better than the worst that counts', () => {
  fc.assert(
    fc.property(anyHistory, anyProfile, fc.nat(30), (findings, profile, now) => {
      const { status, vector, findings: counting } = compose(findings, { profile, now });
      const worst = Math.max(0, ...counting.map(({ value }) => severityOf(tierOf(value))));
      const open = profile.required.some((claim) => tierOf(vector[claim]) === 'none');
      expect(severityOf(status)).toBe(open ? Math.max(worst, severityOf('warning')) : worst);
    }),
  );
});

test('a finding from somebody new never makes anything better', () => {
  fc.assert(
    fc.property(anyHistory, anyFinding, fc.nat(30), (findings, further, now) => {
      const before = compose(findings, { now });
      const after = compose([...findings, { ...further, appraiser: 'third' }], { now });
      for (const claim of claimNames) {
        expect(severityOf(tierOf(after.vector[claim]))).toBeGreaterThanOrEqual(
          severityOf(tierOf(before.vector[claim])),
        );
      }
      expect(severityOf(after.status)).toBeGreaterThanOrEqual(severityOf(before.status));
    }),
  );
});

test('letting time pass never improves anything', () => {
  fc.assert(
    fc.property(anyHistory, anyProfile, fc.nat(30), fc.nat(30), (findings, profile, now, later) => {
      const before = compose(findings, { profile, now });
      const after = compose(findings, { profile, now: now + later });
      for (const claim of claimNames) {
        expect(isMoreTrusted(tierOf(after.vector[claim]), tierOf(before.vector[claim]))).toBe(false);
      }
      expect(isMoreTrusted(after.status, before.status)).toBe(false);
      expect(before.overdue && !after.overdue).toBe(false);
      const change = compareTrust(
        { standing: 'admitted', verdict: before },
        { standing: 'admitted', verdict: after },
      );
      expect(change).not.toBe('rise');
    }),
    { numRuns: 300 },
  );
});

test('until lapsesAt nothing changes by itself, and at lapsesAt something does', () => {
  fc.assert(
    fc.property(anyHistory, anyProfile, fc.nat(30), (findings, profile, now) => {
      const verdict = compose(findings, { profile, now });
      const until = verdict.lapsesAt ?? now + 1000;
      expect(until).toBeGreaterThan(now);
      expect(compose(findings, { profile, now: until - 1 })).toEqual({ ...verdict, at: until - 1 });
      if (verdict.lapsesAt === undefined) return;
      expect(compose(findings, { profile, now: until }).findings).not.toEqual(verdict.findings);
    }),
  );
});

test('the epoch grows by one exactly when vector, status or overdue changed', () => {
  fc.assert(
    fc.property(
      anyHistory,
      anyHistory,
      anyProfile,
      fc.nat(12),
      fc.nat(12),
      (first, more, profile, now, later) => {
        const previous = compose(first, { profile, now });
        const next = compose([...first, ...more], { profile, now: now + later, previous });
        const seen = ({ vector, status, overdue }: Verdict) => JSON.stringify([vector, status, overdue]);
        expect(next.epoch).toBe(seen(next) === seen(previous) ? previous.epoch : previous.epoch + 1);
      },
    ),
  );
});

test('the order of findings and edges means nothing', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(30), (findings, now) => {
      const reversed = compose(findings.toReversed(), { now, edges: edges.toReversed() });
      expect(reversed).toEqual(compose(findings, { now }));
    }),
  );
});

test.each([1_000, 16_000])('of %i findings each is looked at a bounded number of times', (count) => {
  let looks = 0;
  const findings = Array.from({ length: count }, (_, index) =>
    watched(makeFinding({ value: 2, at: index % 7, aspect: `a${index % (count / 4)}` }), () => looks++),
  );
  expect(compose(findings).findings).toHaveLength(count / 4);
  expect(looks / count).toBeLessThan(4);
});

/** A finding that reports each look at its value. */
function watched(finding: Finding, look: () => void): Finding {
  return Object.defineProperty({ ...finding }, 'at', {
    enumerable: true,
    get: () => {
      look();
      return finding.at;
    },
  });
}

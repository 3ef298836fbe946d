import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combined, faultKinds, type Suspicion } from '../../src/index.ts';

const one: Suspicion = {
  ...{ severity: 2, began: 100, kind: 'bias', confidence: 0.6, sources: ['relation'] },
  channels: [{ channel: 'flow', share: 1 }],
};

describe('suspicions about the same thing', () => {
  it('are surer together if they agree, and less sure if they do not', () => {
    const agreed = combined([one, { ...one, began: 90, sources: ['balance'] }]);
    expect(agreed).toMatchObject({ severity: 2, began: 90, kind: 'bias', sources: ['relation', 'balance'] });
    expect(agreed?.confidence).toBeCloseTo(1 - 0.4 * 0.4);
    const split = combined([one, { ...one, kind: 'replay', confidence: 0.5 }]);
    expect(split?.kind).toBe('bias');
    expect(split?.confidence).toBeLessThan(0.6);
  });

  it('do not let what is no alarm date an alarm back or name its kind', () => {
    const calm: Suspicion = { ...one, severity: 0.9, began: 1, kind: 'freeze', confidence: 1 };
    expect(combined([one, calm])).toMatchObject({ began: 100, kind: 'bias', confidence: 0.6 });
  });

  it('name the channels by what they carry', () => {
    const other: Suspicion = { ...one, severity: 6, channels: [{ channel: 'level', share: 1 }] };
    expect(combined([one, other])?.channels).toEqual([
      { channel: 'level', share: 0.75 },
      { channel: 'flow', share: 0.25 },
    ]);
  });

  it('are one that is in none of them worse, and never surer than certain', () => {
    const any = fc.record({
      severity: fc.double({ min: 0, max: 1e9, noNaN: true }),
      began: fc.integer(),
      kind: fc.constantFrom(...faultKinds),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      channels: fc.array(fc.record({ channel: fc.constantFrom('a', 'b'), share: fc.constant(0.5) }), {
        maxLength: 2,
      }),
      sources: fc.array(fc.constantFrom('x', 'y')),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), (suspicions) => {
        const found = combined(suspicions) as Suspicion;
        expect(found.severity).toBe(Math.max(...suspicions.map(({ severity }) => severity)));
        expect(found.confidence >= 0 && found.confidence <= 1).toBe(true);
        expect(found.channels.every(({ share }) => share >= 0 && share <= 1.000001)).toBe(true);
        expect(suspicions.some(({ kind }) => kind === found.kind) || found.kind === 'unknown').toBe(true);
      }),
    );
  });

  it('are none if there are none', () => {
    expect(combined([])).toBeUndefined();
  });
});

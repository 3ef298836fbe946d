import { encodeUtf8 } from '@kiten/codec';
import { currentFindings, type Evidence, type SealedEvidence, tierOf } from '@kiten/trust';
import { expect, it } from 'vitest';
import {
  encodeConclusion,
  faultKinds,
  measurementFindings,
  type Outcome,
  outcomes,
  type StreamConclusion,
  streamAppraiser,
  streamMediaType,
  streamSubject,
} from '../src/index.ts';

const start = Date.UTC(2030, 0, 1);
const stream = 'pump-1/level';
const { appraise } = streamAppraiser();

const sealed = (body: Uint8Array, more: Partial<Evidence> = {}): SealedEvidence => ({
  ...{ mediaType: streamMediaType, subject: streamSubject(stream), receivedAt: start, via: ['mqtt'], body },
  ...{ salt: new Uint8Array(32), digest: `sha256:${'ab'.repeat(32)}` },
  ...more,
});
const about = (outcome: Outcome, at = start, more: Partial<StreamConclusion> = {}) =>
  appraise(sealed(encodeConclusion({ stream, outcome, at, since: at, count: 20, ...more })), []);

it('has a finding for each outcome', () => {
  for (const outcome of outcomes) {
    const [finding] = about(outcome);
    expect(finding).toMatchObject({ claim: 'sourced-data', subject: streamSubject(stream), at: start });
    expect(finding?.code).not.toBe('measurement/evidence-unreadable');
  }
});

it('names what an abnormal reading probably is and the channel that is farthest off, where they are known', () => {
  const said = (more: Partial<StreamConclusion>) => {
    const [finding] = about('abnormal', start, { severity: 4, sees: 'level', ...more });
    return (['en', 'ja'] as const).map((language) => measurementFindings.sentence(finding!, language).found);
  };
  const [english, japanese] = said({ kind: 'bias', channels: ['flow', 'level'] });
  expect(english).toContain(
    'Probable kind: something was added, at once (bias). Farthest off: flow. Carried by: flow, level.',
  );
  expect(japanese).toContain(
    '推定される種類：一定の値が突然加えられた（バイアス）。最も外れたチャネル：flow。原因のチャネル：flow, level。',
  );
  expect(said({})[0]).toContain(
    'Probable kind: not known yet, or none of the known kinds. Farthest off: no channel by itself.',
  );
  const all = faultKinds.flatMap((kind) => said({ kind }));
  expect(new Set(all).size).toBe(2 * faultKinds.length);
});

it('still reads what was found before the channel was named apart', () => {
  const [finding] = about('abnormal', start, { channels: ['flow'] });
  const { channel: _, ...parameters } = finding!.parameters;
  const { found } = measurementFindings.sentence({ code: finding!.code, parameters }, 'en');
  expect(found).toContain('Carried by: flow.');
});

it('takes gaps back when packs come without, and a replay not', () => {
  const history = [
    ...about('missing', start, { by: 60 }),
    ...about('replayed', start + 1),
    ...about('fresh', start + 2),
  ];
  const codes = (findings: typeof history) => currentFindings(findings, start + 3).map(({ code }) => code);
  const heldBack = history.filter(
    ({ code, aspect }) => code !== 'measurement/packs-fresh' || aspect === 'gaps',
  );
  expect(codes(heldBack)).toEqual(['measurement/pack-replayed', 'measurement/packs-fresh']);
});

it('affirms nothing of what nobody judges, whatever was affirmed', () => {
  const affirming = outcomes.filter((outcome) =>
    about(outcome).some(({ value }) => tierOf(value) === 'affirming'),
  );
  expect(affirming).toEqual(['normal', 'fresh', 'agreeing']);
  const history = [...affirming, 'unjudged' as const].flatMap((outcome, at) => about(outcome, start + at));
  const codes = new Set(currentFindings(history, start + 10).map(({ code }) => code));
  expect([...codes]).toEqual(['measurement/readings-unjudged']);
});

it('cannot read evidence that is malformed, or about something else', () => {
  const good = encodeConclusion({ stream, outcome: 'normal', at: start, since: start, count: 1 });
  for (const evidence of [
    sealed(encodeUtf8('{}')),
    sealed(encodeUtf8('nonsense')),
    sealed(good, { subject: streamSubject('pump-2/level') }),
  ])
    expect(appraise(evidence, [])).toMatchObject([{ code: 'measurement/evidence-unreadable', value: -1 }]);
});

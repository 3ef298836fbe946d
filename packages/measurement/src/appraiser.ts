import { decodeUtf8, encodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { type Appraiser, type Finding, type SealedEvidence, tierOf } from '@kiten/trust';
import { measurementFindings } from './findings.ts';
import { type Outcome, outcomes, type StreamConclusion } from './streams/stream-report.ts';
import { faultKinds } from './suspicion/kind.ts';

export const streamMediaType = 'application/vnd.kiten.stream-conclusion+json';
export const streamAppraiserName = 'measurement/streams';

/** Milliseconds for which what affirms holds; it is said again in half that time, and taken back when a stream is silent. */
const holding = 6 * 3_600_000;
const maxBytes = 256 * 1024;

const codes: Readonly<Record<Outcome, readonly [code: string, aspect: string]>> = {
  normal: ['measurement/readings-normal', 'readings'],
  abnormal: ['measurement/readings-abnormal', 'readings'],
  silent: ['measurement/stream-silent', 'readings'],
  unjudged: ['measurement/readings-unjudged', 'readings'],
  unreadable: ['measurement/readings-unreadable', 'form'],
  fresh: ['measurement/packs-fresh', 'freshness'],
  replayed: ['measurement/pack-replayed', 'freshness'],
  reordered: ['measurement/packs-reordered', 'freshness'],
  stale: ['measurement/pack-stale', 'freshness'],
  early: ['measurement/pack-early', 'freshness'],
  missing: ['measurement/packs-missing', 'gaps'],
  forged: ['measurement/pack-forged', 'freshness'],
  agreeing: ['measurement/readings-agree', 'relation'],
  contradicted: ['measurement/readings-contradicted', 'relation'],
  uncompared: ['measurement/readings-uncompared', 'relation'],
};

/** Packs that come in order again have no gap between them. Of what nobody judges, and of what is silent, nobody says anything that is good. */
const alsoOf: Readonly<Partial<Record<Outcome, readonly string[]>>> = {
  fresh: ['gaps'],
  silent: ['freshness', 'gaps', 'relation'],
  unjudged: ['freshness', 'gaps', 'relation'],
};

/** What was concluded of a stream, as the body of evidence. */
export function encodeConclusion(conclusion: StreamConclusion): Uint8Array {
  return encodeUtf8(JSON.stringify(conclusion));
}

/** Turns what was concluded of a stream into findings on it. */
export function streamAppraiser(): Appraiser {
  return { name: streamAppraiserName, mediaTypes: [streamMediaType], appraise };
}

function appraise(evidence: SealedEvidence): readonly Finding[] {
  const { subject, digest, mediaType } = evidence;
  const fields = { subject, appraiser: streamAppraiserName, premises: [digest] };
  const conclusion = readConclusion(evidence.body);
  if (conclusion === undefined || subject.kind !== 'stream' || subject.id !== conclusion.stream) {
    const at = evidence.receivedAt;
    const parameters = { mediaType };
    return [
      measurementFindings.finding('measurement/evidence-unreadable', {
        ...{ ...fields, aspect: 'evidence', at, parameters },
      }),
    ];
  }
  const at = Math.round(conclusion.at);
  const find = (outcome: Outcome): Finding => {
    const [code, aspect] = codes[outcome];
    const { value = 0 } = measurementFindings.get(code) ?? {};
    return measurementFindings.finding(code, {
      ...{ ...fields, aspect, at, parameters: parametersOf(conclusion) },
      ...(tierOf(value) === 'affirming' ? { holdsUntil: at + holding } : {}),
    });
  };
  const found = find(conclusion.outcome);
  return [found, ...(alsoOf[conclusion.outcome] ?? []).map((aspect) => ({ ...found, aspect }))];
}

/** What was concluded, if it is well formed. */
export function readConclusion(body: Uint8Array): StreamConclusion | undefined {
  try {
    const value = parseJsonStrict(decodeUtf8(body), { maxBytes, maxDepth: 6 }) as StreamConclusion | null;
    return value !== null && typeof value === 'object' && isSound(value) ? value : undefined;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

function isSound({
  stream,
  outcome,
  at,
  since,
  count,
  severity,
  by,
  sees,
  kind,
  channels,
  problem,
}: StreamConclusion) {
  return (
    typeof stream === 'string' &&
    outcomes.includes(outcome) &&
    [at, since, count, severity ?? 0, by ?? 0].every((each) => Number.isFinite(each) && each >= 0) &&
    (kind === undefined || faultKinds.includes(kind)) &&
    [sees ?? '', problem ?? ''].every((each) => typeof each === 'string' && each.length <= 256) &&
    (channels === undefined ||
      (Array.isArray(channels) && channels.every((channel) => typeof channel === 'string')))
  );
}

function parametersOf(conclusion: StreamConclusion): Readonly<Record<string, string | number>> {
  const { stream, count, severity = 0, sees = '', kind = 'unknown' } = conclusion;
  const { channels = [], by = 0, problem = '' } = conclusion;
  return {
    ...{ stream, count, sees, kind, problem, by: Math.round(by) },
    severity: Number(severity.toPrecision(3)),
    channel: (channels[0] ?? '').slice(0, 256),
    channels: channels.join(', ').slice(0, 256),
  };
}

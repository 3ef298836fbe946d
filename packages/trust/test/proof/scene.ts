import {
  compileRules,
  composeVerdict,
  compositionFacts,
  type Finding,
  findingFacts,
  type PartOf,
  type Profile,
  type Standing,
  type Subject,
  type Verdict,
  type VerdictSources,
  verdictFacts,
  verdictRules,
} from '../../src/index.ts';
import { pump } from '../arbitraries.ts';
import { sha256 } from '../keys.ts';
import { appointment, device, now, operator, profile, say, verifier } from './parties.ts';

export const rules = compileRules(verdictRules);
export const roots = [{ keyId: operator.keyId, role: 'operator' }] as const;

export interface Scene {
  readonly findings?: readonly Finding[];
  readonly edges?: readonly PartOf[];
  readonly subject?: Subject;
  readonly profile?: Profile;
  readonly standing?: Standing;
  readonly at?: number;
}

/** What a site derives a verdict from: who may speak, edges and findings as the verifier states them, the verdict. */
export function attested(scene: Scene): VerdictSources & { readonly verdict: Verdict } {
  const { findings = [], edges = [], subject = pump, standing = 'admitted', at = now } = scene;
  const judgedBy = scene.profile ?? profile;
  const verdict = composeVerdict({ subject, findings, edges, profile: judgedBy, now: at });
  const facts = verdictFacts({ verdict, standing, profile: judgedBy, holder: device.keyId }, sha256);
  const statements = [
    appointment,
    ...edges.map((edge) => say(verifier, compositionFacts(edge))),
    ...findings.map((each) => say(verifier, findingFacts(each, sha256))),
    say(verifier, facts),
  ];
  return { rules, roots, statements, isMarked: () => false, subject, verdict };
}

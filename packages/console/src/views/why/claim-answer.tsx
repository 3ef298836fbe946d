import type { DeviceDetail } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { signed } from '../../components/signed.ts';
import { say } from '../../i18n/language.ts';
import {
  type ClaimProof,
  type CountedFinding,
  claimProof,
  type HeldReport,
} from '../../proof/claim-proof.ts';
import type { ClaimName } from '../../trust/claims.ts';
import { tierOf } from '../../trust/tiers.ts';
import { CheckPanel } from './check-panel.tsx';
import { CountedFindingNode } from './counted-finding.tsx';
import { KindTag, Premises } from './proof-tree.tsx';
import { TakeAlong } from './take-along.tsx';
import { TrustAnchors } from './trust-anchors.tsx';
import type { OwnTrust, Proof } from './use-checked.ts';
import { words } from './words.ts';
import { WouldChange } from './would-change.tsx';

export interface ClaimAnswerProps {
  readonly device: DeviceDetail;
  readonly claim: ClaimName;
  readonly proof: Proof;
  readonly busy: boolean;
  readonly again: () => void;
  readonly own: OwnTrust | undefined;
  readonly choose: (own: OwnTrust | undefined) => void;
}

export function ClaimAnswer({ device, claim, proof, busy, again, own, choose }: ClaimAnswerProps) {
  const { report } = proof.checked;
  const findings = device.findings.filter((one) => one.claim === claim);
  return (
    <div class="why-columns">
      <div class="why-main">
        {report.holds && <Tree device={device} claim={claim} proof={proof} report={report} />}
        <WouldChange claim={claim} findings={findings} />
      </div>
      <div class="why-side">
        <CheckPanel checked={proof.checked} busy={busy} again={again} />
        <TrustAnchors checked={proof.checked} own={own} choose={choose} />
        <TakeAlong
          device={device.id}
          claim={claim}
          value={device.vector[claim]}
          findings={findings}
          proof={proof}
        />
      </div>
    </div>
  );
}

interface TreeProps {
  readonly device: DeviceDetail;
  readonly claim: ClaimName;
  readonly proof: Proof;
  readonly report: HeldReport;
}

function Tree({ device, claim, proof, report }: TreeProps) {
  const answer = claimProof(report, claim);
  const context = { report, entries: proof.checked.entries };
  const tier = tierOf(answer.value);
  return (
    <section class="panel proof" aria-labelledby="tree-title">
      <h2 id="tree-title">{words.say('tree-title')}</h2>
      {answer.value !== device.vector[claim] && (
        <p class="banner" data-kind="held">
          {words.say('differs', { shown: signed(device.vector[claim]) })}
        </p>
      )}
      <div class="proof-root" data-tier={tier}>
        <div class="proof-node">
          <p>
            <KindTag kind="claim" /> <Mark tier={tier} /> <b>{claim}</b> {signed(answer.value)} ·{' '}
            {say(`tier.${tier}`)}
          </p>
          <p class="proof-detail">{howMany(answer)}</p>
        </div>
        <ul class="proof-nodes">
          <li>
            <p class="proof-node">
              <KindTag kind="rule" /> {words.say(answer.findings.length === 0 ? 'rule-none' : 'rule-join')}
            </p>
            <ul class="proof-nodes">
              {answer.findings.map((counted) => (
                <li key={counted.node.key}>
                  <CountedFindingNode
                    counted={counted}
                    told={device.findings.find((one) => isSame(one, counted))}
                    device={device.id}
                    evidence={proof.evidence}
                    context={context}
                    open={counted === answer.findings[0]}
                  />
                </li>
              ))}
            </ul>
          </li>
          <li>
            <details class="proof-whole">
              <summary>{words.say('whole-title')}</summary>
              <p class="proof-detail">{words.say('whole-lead', { count: String(answer.counted) })}</p>
              <Premises nodes={[answer.verdict]} context={context} />
            </details>
          </li>
        </ul>
      </div>
    </section>
  );
}

function howMany({ findings }: ClaimProof): string {
  if (findings.length === 0) return words.say('answer-none');
  return words.say(findings.length === 1 ? 'answer-one' : 'answer-many', { count: String(findings.length) });
}

/** A finding that replaced an equal one since is told with the same words. */
function isSame(told: DeviceDetail['findings'][number], counted: CountedFinding): boolean {
  return told.code === counted.code && told.aspect === counted.aspect && told.appraiser === counted.appraiser;
}

import type { EvidenceRecord } from '../../api/proof.ts';
import type { Finding } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { Filled } from '../../components/sentence.tsx';
import { signed } from '../../components/signed.ts';
import { Time } from '../../components/time.tsx';
import { language, template } from '../../i18n/language.ts';
import type { CountedFinding } from '../../proof/claim-proof.ts';
import { tierOf } from '../../trust/tiers.ts';
import { KindTag, ProofNodeView, RuleMeaning, type TreeContext } from './proof-tree.tsx';
import { words } from './words.ts';

export interface CountedFindingProps {
  readonly counted: CountedFinding;
  /** The same finding as the site tells it, with its sentences. */
  readonly told: Finding | undefined;
  readonly device: string;
  readonly evidence: readonly EvidenceRecord[];
  readonly context: TreeContext;
  /** Whether the proof that its signer may speak is shown from the start. */
  readonly open: boolean;
}

/** A finding in the proof: what it says, what it rests on, and who signed it. */
export function CountedFindingNode({ counted, told, device, evidence, context, open }: CountedFindingProps) {
  const tier = tierOf(counted.value);
  return (
    <div class="proof-finding" data-tier={tier} data-decides={counted.decides}>
      <div class="proof-node">
        <p>
          <KindTag kind="finding" /> <Mark tier={tier} /> <b>{counted.code}</b> {signed(counted.value)}
          {counted.decides && <span class="tag decides">{words.say('decides')}</span>}
        </p>
        {told !== undefined && <p>{told.sentence[language.value].found}</p>}
        <p class="proof-detail">
          <Filled template={template('device.by-appraiser')} parts={{ appraiser: counted.appraiser }} />
          {' · '}
          <Time at={counted.at} />
          {counted.subject !== `device:${device}` && (
            <> · {words.say('of-subject', { subject: counted.subject })}</>
          )}
        </p>
        <RuleMeaning label={counted.node.rule ?? ''} />
      </div>
      <ul class="proof-nodes">
        <li>
          <Evidence digests={counted.premises} evidence={evidence} />
        </li>
        {counted.node.premises
          .filter(({ atom }) => atom[0] !== 'concerns')
          .map((node) => (
            <li key={node.key}>
              <ProofNodeView node={node} context={context} depth={open ? 0 : 1} />
            </li>
          ))}
      </ul>
    </div>
  );
}

function Evidence({
  digests,
  evidence,
}: {
  digests: readonly string[];
  evidence: readonly EvidenceRecord[];
}) {
  if (digests.length === 0) {
    return (
      <p class="proof-node">
        <KindTag kind="evidence" /> {words.say('evidence-none')}
      </p>
    );
  }
  return (
    <>
      {digests.map((digest) => (
        <EvidenceLine
          key={digest}
          digest={`sha256:${digest}`}
          record={evidence.find((one) => one.digest === `sha256:${digest}`)}
        />
      ))}
    </>
  );
}

function EvidenceLine({ digest, record }: { digest: string; record: EvidenceRecord | undefined }) {
  return (
    <div class="proof-node">
      <p>
        <KindTag kind="evidence" />{' '}
        {record === undefined ? (
          words.say('evidence-unknown')
        ) : (
          <Filled
            template={words.template('evidence-known')}
            parts={{
              type: record.mediaType,
              size: String(record.size),
              time: <Time at={record.receivedAt} />,
            }}
          />
        )}
        {record !== undefined && record.via.length > 0 && (
          <> · {words.say('evidence-via', { via: record.via.join(' → ') })}</>
        )}
      </p>
      <p class="proof-detail">
        <code>{digest}</code>{' '}
        {record !== undefined && record.erasedAt === undefined && (
          <a href={`/api/v1/evidence/${digest}`} download={`${digest.slice(7, 19)}.bin`}>
            {words.say('evidence-open')}
          </a>
        )}
        {record?.erasedAt !== undefined && (
          <Filled
            template={words.template('evidence-erased')}
            parts={{ time: <Time at={record.erasedAt} /> }}
          />
        )}
      </p>
    </div>
  );
}

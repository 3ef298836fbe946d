import { toHex } from '@kiten/codec';
import { verdictRules } from '@kiten/trust';
import type { ComponentChildren } from 'preact';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import type { HeldReport, ProofNode } from '../../proof/claim-proof.ts';
import { atomSentence } from './atom-sentence.ts';
import { keyNames } from './names.ts';
import { words } from './words.ts';

export interface TreeContext {
  readonly report: HeldReport;
  /** Where statements stand in the log, by the number of their leaf. */
  readonly entries: ReadonlyMap<number, number>;
}

export type Kind = 'claim' | 'rule' | 'finding' | 'evidence' | 'signature' | 'root' | 'mark';

/** What a node is, in a word and in colour. */
export function KindTag({ kind }: { kind: Kind }) {
  return (
    <span class="kind" data-kind={kind}>
      {words.say(`kind-${kind}`)}
    </span>
  );
}

/** What something in the proof rests on, as a tree that opens level by level. */
export function Premises({
  nodes,
  context,
  depth = 0,
}: {
  nodes: readonly ProofNode[];
  context: TreeContext;
  depth?: number;
}) {
  return (
    <ul class="proof-nodes">
      {nodes.map((node) => (
        <li key={node.key}>
          <ProofNodeView node={node} context={context} depth={depth} />
        </li>
      ))}
    </ul>
  );
}

/** One node with what it rests on below it. */
export function ProofNodeView({
  node,
  context,
  depth,
}: {
  node: ProofNode;
  context: TreeContext;
  depth: number;
}) {
  const sentence = atomSentence(node.atom, keyNames(context.report));
  if (node.step === undefined) return <Leaf node={node} context={context} sentence={sentence} />;
  return (
    <div class="proof-node">
      <p>
        <KindTag kind="rule" /> {sentence} <Place>{words.say('step-number', { step: `${node.step}` })}</Place>
      </p>
      <RuleMeaning label={node.rule ?? ''} />
      {node.premises.length > 0 && (
        <details open={depth < 1}>
          <summary>{words.say('rests-on', { count: String(node.premises.length) })}</summary>
          <Premises nodes={node.premises} context={context} depth={depth + 1} />
        </details>
      )}
    </div>
  );
}

function Leaf({ node, context, sentence }: { node: ProofNode; context: TreeContext; sentence: string }) {
  const { leaf, statement } = node;
  const place = leaf === undefined ? null : <Place>{words.say('leaf-number', { leaf: String(leaf) })}</Place>;
  if (statement === undefined) {
    return (
      <p class="proof-node">
        <KindTag kind={node.atom[0] === 'root' ? 'root' : 'mark'} /> {sentence} {place}
      </p>
    );
  }
  return (
    <div class="proof-node">
      <p>
        <KindTag kind="signature" /> {sentence} {place}
      </p>
      <p class="proof-detail">
        <Filled
          template={words.template('signed')}
          parts={{
            who: keyNames(context.report)(statement.keyId),
            time: <Time at={statement.issuedAt} />,
            index: context.entries.get(statement.leaf) ?? '–',
          }}
        />{' '}
        {words.say('signed-digest')} <code>{toHex(statement.hash)}</code>
      </p>
    </div>
  );
}

/** What a rule says to people. */
export function RuleMeaning({ label }: { label: string }) {
  const meaning = verdictRules.rules.find((rule) => rule.label === label)?.meaning[language.value];
  if (meaning === undefined) return null;
  return (
    <p class="proof-detail">
      {meaning} <code>{label}</code>
    </p>
  );
}

function Place({ children }: { children: ComponentChildren }) {
  return <span class="proof-place">{children}</span>;
}

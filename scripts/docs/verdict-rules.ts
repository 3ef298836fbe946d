import { hash } from 'node:crypto';
import { toBase64, toHex } from '@kiten/codec';
import { encodeRuleSet, ruleSetDigest, ruleText, type VerdictRule, verdictRules } from '@kiten/trust';
import { code, document, generatedNote, table } from './markdown.ts';

const introduction = `How a verdict follows from signed statements. [verdict-bundle.md](verdict-bundle.md) says how rules are applied and how a
proof by them is checked. A trust file names the rule set by its digest: its owner believes these rules. Any change to
one of them makes a new version with another digest.

署名された言明から判定が導かれる規則です。規則の適用方法と、それによる証明の検査方法は
[verdict-bundle.md](verdict-bundle.md) にあります。信頼ファイルは規則集をダイジェストで指定し、その所有者はこの規則を
信じることになります。規則を一つでも変えると、版もダイジェストも新しくなります。`;

const statements = `## What statements say / 言明の内容

A statement's payload is a list of atoms. Subjects stand there by their keys (\`device:pump-1\`), keys by the SHA-256 of
their SubjectPublicKeyInfo, statements by their SHA-256, times in milliseconds since 1970.

言明のペイロードはアトムの列です。対象はそのキー（\`device:pump-1\`）、鍵は SubjectPublicKeyInfo の SHA-256、
言明はその SHA-256、時刻は 1970 年からのミリ秒で表します。`;

const said: readonly (readonly [who: string, atom: string, en: string, ja: string])[] = [
  [
    'operator / オペレーター',
    'appoints(key, "verifier")',
    'The key speaks as a verifier.',
    'この鍵は検証者として発言する。',
  ],
  [
    'operator, manufacturer, chip-maker, laboratory / 検証者以外',
    'appoints(key, role)',
    "Another key speaks in the signer's own role.",
    '別の鍵が署名者と同じ役割で発言する。',
  ],
  [
    'verifier / 検証者',
    'finding(F, subject, claim, value, code, aspect, appraiser, at, until)',
    'An appraiser concluded this from evidence taken at that time. It lapses at `until`, which is NEVER unless the value affirms.',
    '評価器が、その時刻に得た証拠からこう結論した。`until` に失効する。肯定の値でなければ NEVER である。',
  ],
  [
    'verifier / 検証者',
    'relays(F, subject, claim, value, code, aspect, appraiser, at, until, statement)',
    "The same, concluded from somebody else's statement alone.",
    '同じく、ただし第三者の言明だけから結論した。',
  ],
  [
    'verifier / 検証者',
    'rests(F, premise)',
    'The finding rests on evidence with this SHA-256.',
    'この所見は、SHA-256 がこの値の証拠に基づく。',
  ],
  [
    'verifier / 検証者',
    'composes(whole, part)',
    'Findings on the second subject count in verdicts on the first.',
    '二番目の対象についての所見を、一番目の対象の判定で数える。',
  ],
  [
    'verifier / 検証者',
    'verdict(subject, epoch, at, standing, holder, overdue, profile, mask, N)',
    'The verdict counts N findings. `holder` is the key that the device proves itself with, or no bytes; `overdue` is 1 or 0; bit *n* of `mask` is set if the profile requires claim *n*.',
    '判定は N 件の所見を数える。`holder` はデバイスが本人であることを示す鍵、または空。`overdue` は 1 か 0。プロファイルが評価項目 *n* を求めるとき、`mask` のビット *n* が 1 になる。',
  ],
  [
    'verifier / 検証者',
    'counts(i, F)',
    'In the same statement, for *i* from 0 to N − 1: the findings that count.',
    '同じ言明の中で、*i* は 0 から N − 1。数える所見を示す。',
  ],
  [
    'manufacturer, chip-maker, laboratory, operator / 第三者',
    'vouches(subject, claim, value)',
    'This value is right for this claim of the subject.',
    '対象のこの評価項目の値はこうである。',
  ],
];

const findingDigest = `F is the digest of a finding: SHA-256 of the deterministic CBOR of
\`["finding", subject, claim, value, code, aspect, appraiser, at, until, [premise …]]\`, with the premises in the order of the
\`rests\` atoms, 32 bytes each. Whoever reads the statement can compute it. Parameters of the finding's sentences are not in
it, nor whether the finding was cleared.

F は所見のダイジェストで、上の配列の決定的 CBOR の SHA-256 です。根拠は \`rests\` の順に 32 バイトずつ並べます。
言明を読めばだれでも計算できます。所見の文に入る値と、解除の有無は含みません。`;

const notation = `## The rules / 規則

\`head :- body.\` reads: the head follows if everything in the body holds. A capital begins a variable, which stands for
the same term throughout its rule; predicates that begin with \`=\` compute their last term. What \`root\`, \`says\`, \`absent\`
and \`present\` hold of is proven by the leaves of a bundle. Its steps name rules by their numbers.

\`head :- body.\` は、本体がすべて成り立てば頭部が成り立つ、と読みます。大文字で始まる語は変数で、一つの規則の中では
同じ項を表します。\`=\` で始まる述語は最後の項を計算します。\`root\`、\`says\`、\`absent\`、\`present\` が成り立つことは
バンドルの葉が証明します。バンドルのステップは、規則を番号で示します。`;

/** `docs/verdict-rules.md`: the rule set by which verdicts are derived, for people and for trust files. */
export function verdictRulesDocument(): string {
  const text = encodeRuleSet(verdictRules);
  const digest = ruleSetDigest(verdictRules, (data) => hash('sha256', data, 'buffer'));
  const trusted = { digest: toHex(digest), text: toBase64(text) };
  const numbered = verdictRules.rules.map((rule, number) => ({ rule, number }));
  const facts = numbered.filter(({ rule }) => rule.body.length === 0);
  const first = facts[0]?.number ?? numbered.length;
  return document(
    generatedNote,
    '# Verdict rules / 判定の規則',
    introduction,
    table(
      ['', ''],
      [
        ['name / 名前', code(verdictRules.name)],
        ['version / 版', String(verdictRules.version)],
        ['digest / ダイジェスト', code(trusted.digest)],
      ],
    ),
    statements,
    table(
      ['who / 署名者', 'atom / アトム', 'English', '日本語'],
      said.map(([who, atom, en, ja]) => [who, code(atom), en, ja]),
    ),
    findingDigest,
    notation,
    ...numbered.filter(({ number, rule }) => number < first && rule.body.length > 0).map(section),
    factsSection(facts),
    ...numbered.filter(({ number, rule }) => number > first && rule.body.length > 0).map(section),
    '## For the trust file / 信頼ファイル用',
    `\`\`\`json\n${JSON.stringify(trusted)}\n\`\`\``,
  );
}

interface NumberedRule {
  readonly rule: VerdictRule;
  readonly number: number;
}

function section({ rule, number }: NumberedRule): string {
  const { label, meaning } = rule;
  return `### ${number} ${label}\n\n${meaning.en}\n\n${meaning.ja}\n\n\`\`\`prolog\n${ruleText(rule)}\n\`\`\``;
}

/** Rules without a body all say the same kind of thing. */
function factsSection(facts: readonly NumberedRule[]): string {
  const [from, to] = [facts[0]?.number, facts.at(-1)?.number];
  const rows = facts.map(({ rule, number }) => [
    String(number),
    code(ruleText(rule)),
    rule.meaning.en,
    rule.meaning.ja,
  ]);
  return `### ${from}–${to} ${facts[0]?.rule.label}\n\n${table(['', 'rule / 規則', 'English', '日本語'], rows)}`;
}

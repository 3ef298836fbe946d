import { type FindingDefinition, tierOf } from '@kiten/trust';
import { findingRegistry } from '../../packages/kiten/src/site/appraisal.ts';
import { code, document, generatedNote, plain, table } from './markdown.ts';

const introduction = `Each finding sets one claim of the trustworthiness vector to one value. Positive values, and −1, are reasons that
draft-ietf-rats-ar4si names; the other negative ones are Kiten's own, because the draft has no word for them.
\`{name}\` stands for what was observed. \`kiten verdict show ID\` prints the sentences with it filled in.

所見は、信頼ベクトルの評価項目の一つに値を一つ与えます。正の値と −1 は draft-ietf-rats-ar4si が定める理由です。
そのほかの負の値は、ドラフトに該当する理由がないために Kiten が定めたものです。\`{name}\` には観測された内容が入ります。
\`kiten verdict show ID\` は、それを埋めた文を表示します。

Tiers / 判定: none 0, 1, −1 · affirming 2…31, −2…−32 · warning 32…95, −33…−96 · contraindicated 96…127, −97…−128.
A contraindicated claim contains the device like a quarantine. Only affirming findings lapse; the others stand until
newer evidence or an operator (\`kiten device clear\`) takes them off.
contraindicated の評価項目があるデバイスは、隔離されたときと同じ扱いになります。時間の経過で消えるのは
affirming の所見だけです。それ以外は、新しい証拠が得られるか、オペレーターが \`kiten device clear\` で解除するまで残ります。`;

/** `docs/findings.md`: every code that this site's appraisers can find. */
export function findingsDocument(): string {
  const definitions = [...findingRegistry.definitions].sort((one, other) => (one.code < other.code ? -1 : 1));
  return document(
    generatedNote,
    '# Findings / 所見',
    introduction,
    table(['code', 'claim', 'value', 'tier'], definitions.map(summary)),
    ...definitions.map(section),
  );
}

function summary({ code: name, claim, value }: FindingDefinition): readonly string[] {
  return [`[\`${name}\`](#${name.replace('/', '')})`, code(claim), signed(value), tierOf(value)];
}

function section(definition: FindingDefinition): string {
  const { code: name, claim, value, expected, found, remedy, words = {} } = definition;
  const rows = [
    ['expected / 期待', expected],
    ['found / 観測', found],
    ['remedy / 対処', remedy],
  ] as const;
  return [
    `## ${name}`,
    `\`${claim}\` ${signed(value)}, ${tierOf(value)}`,
    table(
      ['', 'English', '日本語'],
      rows.map(([part, { en, ja }]) => [part, plain(en), plain(ja)]),
    ),
    ...Object.entries(words).map(([parameter, values]) =>
      table(
        [code(`{${parameter}}`), 'English', '日本語'],
        Object.entries(values).map(([word, { en, ja }]) => [
          word === '' ? '' : code(word),
          plain(en),
          plain(ja),
        ]),
      ),
    ),
  ].join('\n\n');
}

function signed(value: number): string {
  return String(value).replace('-', '−');
}

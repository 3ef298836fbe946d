import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const explained: Said = [
  'The boot log leads to the values that the TPM quotes.',
  '起動ログを再計算すると、TPM がクォートした値になるはずである。',
];
const approved: Said = [
  'The device booted what its reference values name.',
  'デバイスは、基準値にあるものだけで起動したはずである。',
];
const askForWhole: Said = [
  'Ask the device for its evidence again. If that repeats, somebody on it alters the log: reinstall it.',
  '証拠を再取得する。繰り返す場合はデバイス上でログが改ざんされている。再インストールする。',
];
const approveOrReinstall: Said = [
  'If this was an update, add its reference values (kiten attest learn); otherwise reinstall the approved image.',
  '更新によるものであれば基準値に加える（kiten attest learn）。そうでなければ承認済みのイメージを入れ直す。',
];

/** On the claim `executables`: what was booted. */
export const bootDefinitions: readonly FindingDefinition[] = [
  define('boot-approved', 'executables', 3, {
    expected: approved,
    found: [
      'Every quoted register has the value of {reference}.',
      'クォートされたレジスタは、すべて {reference} の値と一致する。',
    ],
    remedy: nothingToDo,
  }),
  define('system-approved', 'executables', 2, {
    expected: approved,
    found: [
      'Every quoted register has the value of {reference}, and only approved files were run since.',
      'クォートされたレジスタはすべて {reference} の値と一致し、起動後も承認済みのファイルだけが実行された。',
    ],
    remedy: nothingToDo,
  }),
  define('boot-unjudged', 'executables', 0, {
    expected: approved,
    found: [
      'There are no reference values for the boot of this device.',
      'このデバイスの起動についての基準値がない。',
    ],
    remedy: [
      'Learn them from a device that is known to be good (kiten attest learn), or get them from its manufacturer.',
      '正常と分かっているデバイスから学習する（kiten attest learn）か、製造者から入手する。',
    ],
  }),
  define('boot-log-unreadable', 'executables', -33, {
    expected: explained,
    found: ['The boot log cannot be read: {problem}.', '起動ログを読み取れない：{problem}。'],
    remedy: askForWhole,
  }),
  define('pcr-mismatch', 'executables', 99, {
    expected: [
      'The register values that come with a quote are those that it is over.',
      'クォートに添えられたレジスタの値は、クォートの対象そのもののはずである。',
    ],
    found: [
      'The digest that the TPM signed is over other values ({problem}).',
      'TPM が署名したダイジェストは、別の値に対するものである（{problem}）。',
    ],
    remedy: askForWhole,
  }),
  define('boot-log-extended', 'executables', -97, {
    expected: explained,
    found: [
      'The quoted value of PCR {pcr} is reached before the end: what the log says from event {event} on never happened.',
      'PCR {pcr} の値はログの途中で得られる。イベント {event} 以降の記載は実際には起きていない。',
    ],
    remedy: askForWhole,
  }),
  define('boot-log-inserted', 'executables', -98, {
    expected: explained,
    found: [
      'Without event {event} the log leads to PCR {pcr}: it was put in.',
      'イベント {event} を除くと PCR {pcr} の値になる。そのイベントは後から挿入された。',
    ],
    remedy: askForWhole,
  }),
  define('boot-log-reordered', 'executables', -99, {
    expected: explained,
    found: [
      'With event {event} and the next one of PCR {pcr} exchanged, the log leads to the quoted value.',
      'PCR {pcr} のイベント {event} とその次を入れ替えると、クォートされた値になる。',
    ],
    remedy: askForWhole,
  }),
  define('boot-log-cut', 'executables', -100, {
    expected: explained,
    found: [
      'Events of PCR {pcr} are missing: the whole log of {reference} leads to the quoted value.',
      'PCR {pcr} のイベントが欠けている。{reference} の完全なログであれば、クォートされた値になる。',
    ],
    remedy: askForWhole,
  }),
  define('pcr-unexplained', 'executables', -101, {
    expected: [
      'Every value that the TPM quotes follows from a log or is approved.',
      'TPM がクォートする値は、すべてログから導かれるか、承認されているはずである。',
    ],
    found: [
      'PCR {pcr} ({bank}) holds {value}, which no log explains: something was measured that nobody tells of.',
      'PCR {pcr}（{bank}）の値 {value} を説明するログがない。申告されていないものが計測された。',
    ],
    remedy: approveOrReinstall,
  }),
  define('firmware-unapproved', 'executables', 96, {
    expected: approved,
    found: [
      'PCR {pcr} ({bank}) holds {value}: firmware that {reference} does not know.',
      'PCR {pcr}（{bank}）の値 {value} は、{reference} にないファームウェアを示す。',
    ],
    remedy: approveOrReinstall,
  }),
  define('boot-unapproved', 'executables', 96, {
    expected: approved,
    found: [
      'PCR {pcr} ({bank}) holds {value}: something booted that {reference} does not know. The first event that differs is {event}.',
      'PCR {pcr}（{bank}）の値 {value} は、{reference} にないものが起動したことを示す。最初に異なるイベントは {event}。',
    ],
    remedy: approveOrReinstall,
  }),
];

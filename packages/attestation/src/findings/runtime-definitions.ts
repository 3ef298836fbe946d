import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const explained: Said = [
  'The measurement list of IMA leads to the value that the TPM quotes.',
  'IMA の計測リストを再計算すると、TPM がクォートした値になるはずである。',
];
const approved: Said = [
  'The device runs only files that its reference values name.',
  'デバイスは、基準値にあるファイルだけを実行しているはずである。',
];
const approvedFiles: Said = [
  'Every measured file is as its reference values name it.',
  '計測されたファイルは、すべて基準値のとおりのはずである。',
];
const whole: Said = [
  'Ask the device for its whole list again. If that repeats, somebody on it alters the list: reinstall it.',
  'リスト全体を再取得する。繰り返す場合はデバイス上で改ざんされている。再インストールする。',
];
const approveOrRemove: Said = [
  'If the file belongs there, add its reference value (kiten attest learn); otherwise find out who put it there and reboot into the approved image.',
  '必要なファイルであれば基準値に加える（kiten attest learn）。そうでなければ、誰が置いたかを調べ、承認済みのイメージで再起動する。',
];

/** On the claims `executables` and `file-system`: what ran since the boot. */
export const runtimeDefinitions: readonly FindingDefinition[] = [
  define('runtime-approved', 'executables', 2, {
    expected: approved,
    found: [
      'All {count} files that were measured since the boot are approved.',
      '起動後に計測された {count} 件のファイルは、すべて承認済みである。',
    ],
    remedy: nothingToDo,
  }),
  define('runtime-unjudged', 'executables', 0, {
    expected: approved,
    found: [
      'The list is genuine; there are no reference values for files.',
      'リストは本物だが、ファイルの基準値がない。',
    ],
    remedy: [
      'Learn them from a device that is known to be good (kiten attest learn).',
      '正常と分かっているデバイスから学習する（kiten attest learn）。',
    ],
  }),
  define('ima-log-unreadable', 'executables', -34, {
    expected: explained,
    found: ['The measurement list cannot be read: {problem}.', '計測リストを読み取れない：{problem}。'],
    remedy: whole,
  }),
  define('ima-log-gap', 'executables', -35, {
    expected: [
      'What is sent of the list begins where the verifier left off.',
      '送られるリストは、検証者が前回読み終えた位置から始まるはずである。',
    ],
    found: [
      'It begins at octet {offset} and not at {expected}.',
      '{expected} バイト目からではなく、{offset} バイト目から始まっている。',
    ],
    remedy: whole,
  }),
  define('ima-log-missing', 'executables', -37, {
    expected: approved,
    found: [
      'Reference values name its files, and the device tells nothing of what it runs.',
      'ファイルの基準値があるのに、デバイスは実行したものを申告していない。',
    ],
    remedy: [
      'Switch IMA on (ima_policy=tcb) and send its measurement list; or use reference values without files.',
      'IMA を有効にし（ima_policy=tcb）、計測リストを送る。または、ファイルを含まない基準値を使う。',
    ],
  }),
  define('ima-log-unquoted', 'executables', -36, {
    expected: explained,
    found: [
      'The quote does not cover the register that the list is extended into.',
      'リストが反映されるレジスタが、クォートに含まれていない。',
    ],
    remedy: ['Quote PCR 10 of the same bank as well.', '同じバンクの PCR 10 もクォートに含める。'],
  }),
  define('ima-log-extended', 'executables', -103, {
    expected: explained,
    found: [
      'The quoted value is reached before the end: entry {entry} and what follows were never measured.',
      'クォートされた値はリストの途中で得られる。{entry} 番目以降の記載は計測されていない。',
    ],
    remedy: [
      'Let the agent send the list as far as the quote covers it. If that repeats, treat the list as forged.',
      'クォートの対象までのリストを送らせる。繰り返す場合は偽造とみなす。',
    ],
  }),
  define('ima-log-inserted', 'executables', -104, {
    expected: explained,
    found: [
      'Without entry {entry} the list leads to the quoted value: it was put in.',
      '{entry} 番目を除くとクォートされた値になる。その記載は後から挿入された。',
    ],
    remedy: whole,
  }),
  define('ima-log-reordered', 'executables', -105, {
    expected: explained,
    found: [
      'With entry {entry} and the next one exchanged, the list leads to the quoted value.',
      '{entry} 番目とその次を入れ替えると、クォートされた値になる。',
    ],
    remedy: whole,
  }),
  define('ima-log-cut', 'executables', -106, {
    expected: explained,
    found: [
      'Entries are missing: the list of {reference} leads to the quoted value.',
      '記載が欠けている。{reference} のリストであれば、クォートされた値になる。',
    ],
    remedy: whole,
  }),
  define('ima-log-altered', 'executables', -107, {
    expected: explained,
    found: [
      'Entry {entry} was altered: its digest is not over what it says.',
      '{entry} 番目が変更されている。ダイジェストが内容と一致しない。',
    ],
    remedy: whole,
  }),
  define('ima-violation-forged', 'executables', -108, {
    expected: explained,
    found: [
      'Entry {entry} tells of a violation that was never measured.',
      '{entry} 番目は、計測されていない違反を記載している。',
    ],
    remedy: whole,
  }),
  define('ima-violation', 'executables', -109, {
    expected: ['No file is written to while it is measured.', '計測中のファイルに書き込みがないはずである。'],
    found: [
      '{path} was being written while it was measured, so nobody knows what ran ({count} such entries).',
      '{path} は計測中に書き込まれており、何が実行されたか分からない（同様の記載 {count} 件）。',
    ],
    remedy: [
      'Reboot the device. Take files that are written to, such as logs, out of IMA’s policy.',
      'デバイスを再起動する。ログなど書き込まれるファイルは IMA のポリシーから外す。',
    ],
  }),
  define('boot-aggregate-mismatch', 'executables', -110, {
    expected: [
      'The list begins with a digest over the registers of this boot.',
      'リストの先頭は、この起動のレジスタに対するダイジェストのはずである。',
    ],
    found: [
      'Its boot_aggregate is of another boot than the quoted registers.',
      'boot_aggregate が、クォートされたレジスタとは別の起動のものである。',
    ],
    remedy: whole,
  }),
  define('executable-unapproved', 'executables', 96, {
    expected: approved,
    found: [
      '{path} was run or read as it should not be ({hash}); {count} such entries.',
      '{path}（{hash}）が承認されていないまま実行または読み込まれた。同様の記載 {count} 件。',
    ],
    remedy: approveOrRemove,
  }),
  define('executable-unknown', 'executables', 33, {
    expected: approved,
    found: [
      '{path} was run or read, and nobody knows it ({hash}); {count} such entries.',
      '{path}（{hash}）が実行または読み込まれたが、基準値にない。同様の記載 {count} 件。',
    ],
    remedy: approveOrRemove,
  }),
  define('files-approved', 'file-system', 2, {
    expected: approvedFiles,
    found: [
      'All {count} measured files are as released.',
      '計測された {count} 件は、すべて公開時のままである。',
    ],
    remedy: nothingToDo,
  }),
  define('file-changed', 'file-system', 96, {
    expected: approvedFiles,
    found: [
      '{path} is not as released: its digest is {hash}.',
      '{path} は公開時のものではない。ダイジェストは {hash}。',
    ],
    remedy: approveOrRemove,
  }),
  define('file-unknown', 'file-system', 32, {
    expected: approvedFiles,
    found: ['{path} is in no reference values.', '{path} は基準値にない。'],
    remedy: approveOrRemove,
  }),
  define('files-unjudged', 'file-system', 0, {
    expected: approvedFiles,
    found: ['The measured files could not be judged.', '計測されたファイルを評価できなかった。'],
    remedy: whole,
  }),
];

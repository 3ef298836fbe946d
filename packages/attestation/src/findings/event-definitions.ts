import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const complete: Said = [
  'The events of changes to modules and privileges follow each other without a gap.',
  'モジュールと権限の変更の記録は、途切れなく続いているはずである。',
];
const approved: Said = [
  'Modules are loaded and privileges gained only as the reference values have it.',
  'モジュールの読み込みと権限の取得は、基準値のとおりにだけ行われるはずである。',
];
const lookAround: Said = [
  'What happened in between is not known: reboot the device, so that its boot and IMA show what it is, and look at what it did.',
  'その間に何が起きたかは分からない。再起動して起動と IMA の状態を確認し、挙動を調べる。',
];
const moreRoom: Said = [
  'Let the device report more often, or give the agent more room for events. What was lost is not known.',
  '報告の間隔を短くするか、エージェントの記録領域を増やす。失われた内容は分からない。',
];
const findOut: Said = [
  'Find out who did it. If it belongs there, learn the reference values again (kiten attest learn). It stands until the next boot.',
  '誰が行ったかを調べる。必要なものであれば、基準値を学習し直す（kiten attest learn）。次の起動まで残る。',
];

/** On the claim `executables`: what happened between two reports. */
export const eventDefinitions: readonly FindingDefinition[] = [
  define('events-complete', 'executables', -6, {
    expected: complete,
    found: [
      'Events {first} to {end} are all there, and none speaks against the device.',
      '{first} から {end} までの記録がすべてあり、問題となるものはない。',
    ],
    remedy: nothingToDo,
  }),
  define('events-gap', 'executables', -40, {
    expected: complete,
    found: [
      'Events {first} to {last} are missing ({count}).',
      '{first} から {last} までの記録（{count} 件）が欠けている。',
    ],
    remedy: lookAround,
  }),
  define('events-went-back', 'executables', -97, {
    expected: complete,
    found: [
      'They end at {end}, where {next} was told of before: the record was set back.',
      '以前は {next} まで報告されていたのに、{end} で終わっている。記録が巻き戻された。',
    ],
    remedy: lookAround,
  }),
  define('events-restarted', 'executables', -41, {
    expected: complete,
    found: [
      'The numbering began anew: what came after event {next} of the old one is not known.',
      '番号が振り直された。以前の {next} 番以降に何があったかは分からない。',
    ],
    remedy: [
      'If the device was reinstalled or its agent’s state was cleared, nothing more needs to be done; otherwise find out who did.',
      'デバイスを再インストールしたか、エージェントの状態を消したのであれば、対応は不要である。そうでなければ、誰が消したかを調べる。',
    ],
  }),
  define('events-lost', 'executables', -42, {
    expected: complete,
    found: [
      '{count} events were lost on the device: it could not keep up.',
      'デバイスの処理が追いつかず、{count} 件の記録が失われた。',
    ],
    remedy: moreRoom,
  }),
  define('event-module-unapproved', 'executables', 96, {
    expected: approved,
    found: [
      'Module {detail} was loaded by {path}, and no reference value names it. It may be gone again by now.',
      '基準値にないモジュール {detail} が {path} によって読み込まれた。すでに取り外されている可能性もある。',
    ],
    remedy: findOut,
  }),
  define('event-privilege-unapproved', 'executables', -43, {
    expected: approved,
    found: [
      '{path} gained privileges ({detail}), which no reference value has it do.',
      '{path} が、基準値にない権限の取得を行った（{detail}）。',
    ],
    remedy: findOut,
  }),
];

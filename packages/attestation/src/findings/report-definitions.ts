import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const signed: Said = [
  'The report on what runs is signed by the attestation key of the device, over the nonce that this verifier gave.',
  '実行状況の報告には、検証者の与えたノンスとともに、このデバイスの証明鍵の署名があるはずである。',
];
const freshly: Said = [
  'Let the device attest again with a fresh nonce. If that repeats, somebody puts reports of other devices or occasions in: find out who.',
  '新しいノンスで証明をやり直させる。繰り返す場合は、別のデバイスや別の機会の報告を差し込む者を調べる。',
];
const whole: Said = [
  'The report shows all that the reference values speak of.',
  '報告には、基準値が対象とするものがすべて含まれているはずである。',
];

/** On who signs a runtime report, and how much of the device it shows. */
export const reportDefinitions: readonly FindingDefinition[] = [
  define('report-proven', 'instance-identity', 2, {
    expected: signed,
    found: ['It is.', '署名を確認した。'],
    remedy: nothingToDo,
  }),
  define('report-signature', 'instance-identity', 99, {
    expected: signed,
    found: [
      'The signature on the report does not hold under the attestation key ({problem}).',
      '報告の署名を、証明鍵で検証できない（{problem}）。',
    ],
    remedy: freshly,
  }),
  define('report-of-another', 'instance-identity', 97, {
    expected: signed,
    found: [
      'The report is by another device: it names {key} as the key that signs it.',
      '報告は別のデバイスのものである。署名鍵として {key} を名乗っている。',
    ],
    remedy: freshly,
  }),
  define('report-replayed', 'instance-identity', -98, {
    expected: signed,
    found: [
      'The report is genuine and answers another nonce ({nonce}): it was made for another occasion.',
      '報告は本物だが、別のノンス（{nonce}）への応答である。別の機会に作られた。',
    ],
    remedy: freshly,
  }),
  define('report-unreadable', 'instance-identity', -35, {
    expected: signed,
    found: ['The report cannot be read: {problem}.', '報告を読み取れない：{problem}。'],
    remedy: [
      'Agent and site are of different versions: update both.',
      'エージェントとサイトの版が異なる。両方を更新する。',
    ],
  }),
  define('report-missing', 'configuration', -36, {
    expected: whole,
    found: [
      'Reference values speak of its kernel and what runs, or it reported before, and now it tells nothing.',
      'カーネルと実行状況の基準値があるか、以前は報告していたのに、今回は報告がない。',
    ],
    remedy: [
      'Let the agent send its runtime report; or use reference values without it.',
      'エージェントに実行状況を報告させる。または、それを含まない基準値を使う。',
    ],
  }),
  define('runtime-seen', 'configuration', 3, {
    expected: whole,
    found: ['Nothing is left out.', '欠けているものはない。'],
    remedy: nothingToDo,
  }),
  define('runtime-unexpected', 'configuration', 0, {
    expected: whole,
    found: [
      'The report is without {parts} ({reason}), of which no reference value speaks.',
      '報告には {parts} がない（{reason}）。それらについての基準値もない。',
    ],
    remedy: [
      'If it should be watched, let the agent see it and learn reference values anew (kiten attest learn).',
      '監視する場合は、エージェントが確認できるようにし、基準値を学習し直す（kiten attest learn）。',
    ],
  }),
  define('runtime-unseen', 'configuration', 36, {
    expected: whole,
    found: [
      'The device could not see, or left out: {parts} ({reason}).',
      'デバイスが確認できなかった、または省いたもの：{parts}（{reason}）。',
    ],
    remedy: [
      'Run the agent with the rights that it needs (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SYSLOG), as its systemd unit gives them.',
      'エージェントを必要な権限（CAP_SYS_PTRACE、CAP_DAC_READ_SEARCH、CAP_SYSLOG）で動かす。systemd ユニットに設定がある。',
    ],
  }),
];

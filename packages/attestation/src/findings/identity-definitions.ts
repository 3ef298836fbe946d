import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const proven: Said = [
  'The device’s own attestation key signs what its TPM says, over the nonce that this verifier gave.',
  'デバイス自身の証明鍵が、検証者の与えたノンスとともに TPM の申告に署名しているはずである。',
];

const freshly: Said = [
  'Let the device attest again with a fresh nonce. If that repeats, somebody stands between it and this site: find out who.',
  '新しいノンスで証明をやり直させる。繰り返す場合は、デバイスとサイトの間に介在する者を調べる。',
];

const nonceCounts: Said = [
  'The nonce is one that this verifier gave to this device, used once and in time.',
  'ノンスは、検証者がこのデバイスに与え、期限内に一度だけ使われるはずである。',
];

/** On the claim `instance-identity`: who quotes, and when. */
export const identityDefinitions: readonly FindingDefinition[] = [
  define('key-proven', 'instance-identity', 2, {
    expected: proven,
    found: [
      'The quote is signed by its attestation key over this nonce, in boot {boot}.',
      'クォートには、このノンスとともに証明鍵の署名がある（起動回数 {boot}）。',
    ],
    remedy: nothingToDo,
  }),
  define('quote-signature', 'instance-identity', 99, {
    expected: proven,
    found: [
      'The signature does not hold under the attestation key of this device ({problem}).',
      '署名を、このデバイスの証明鍵で検証できない（{problem}）。',
    ],
    remedy: freshly,
  }),
  define('key-of-another', 'instance-identity', 97, {
    expected: proven,
    found: [
      'The quote is signed, but by another key than this device’s: {key}.',
      'クォートの署名は、このデバイスのものではない鍵による：{key}。',
    ],
    remedy: [
      'If the TPM or its owner key was replaced, enrol the device anew; otherwise find the device that the key belongs to.',
      'TPM を交換または初期化したのであれば登録し直す。そうでなければ、その鍵の持ち主のデバイスを探す。',
    ],
  }),
  define('quote-replayed', 'instance-identity', -98, {
    expected: proven,
    found: [
      'The quote is genuine and answers another nonce ({nonce}): it was made for another occasion.',
      'クォートは本物だが、別のノンス（{nonce}）への応答である。別の機会に作られた。',
    ],
    remedy: freshly,
  }),
  define('nonce-unknown', 'instance-identity', -99, {
    expected: nonceCounts,
    found: [
      'The evidence answers a nonce that is not open ({nonce}): it was used before, or never given.',
      '証拠が応答したノンス（{nonce}）は有効でない。既に使われたか、与えられていない。',
    ],
    remedy: freshly,
  }),
  define('nonce-of-another', 'instance-identity', -103, {
    expected: nonceCounts,
    found: [
      'The evidence answers a nonce that was given to another device ({nonce}).',
      '証拠が応答したノンス（{nonce}）は、別のデバイスに与えられたものである。',
    ],
    remedy: freshly,
  }),
  define('nonce-expired', 'instance-identity', -38, {
    expected: nonceCounts,
    found: [
      'The evidence came when the time for its nonce was over ({nonce}).',
      '証拠は、ノンス（{nonce}）の期限が過ぎてから届いた。',
    ],
    remedy: [
      'Let the device attest again. If it is always late, give its group a longer deadline.',
      '証明をやり直させる。毎回遅れる場合は、グループの期限を長くする。',
    ],
  }),
  define('unanswered', 'instance-identity', -39, {
    expected: [
      'A device that is asked to attest does so in time.',
      '証明を求められたデバイスは、期限内に応答するはずである。',
    ],
    found: [
      'No evidence came within {seconds} s, and the session was ended.',
      '{seconds} 秒以内に証拠が届かず、セッションを切断した。',
    ],
    remedy: [
      'Find out whether its agent runs (systemctl status kiten-agent) and let it attest.',
      'エージェントが動いているか確認し（systemctl status kiten-agent）、証明させる。',
    ],
  }),
  define('quote-of-other-kind', 'instance-identity', -100, {
    expected: proven,
    found: [
      'What is signed is no quote that only a TPM can make ({problem}).',
      '署名されたものは、TPM だけが作れるクォートではない（{problem}）。',
    ],
    remedy: [
      'Enrol the device with a restricted signing key, as tpm2_createak makes it.',
      'tpm2_createak が作るような制限付き署名鍵でデバイスを登録する。',
    ],
  }),
  define('parts-of-two-boots', 'instance-identity', -101, {
    expected: [
      'All parts of the evidence come from one TPM and one boot.',
      '証拠のすべての部分は、一つの TPM の一回の起動から得られたはずである。',
    ],
    found: [
      'The parts of the evidence are from different boots or TPMs.',
      '証拠の各部分が、異なる起動または異なる TPM から来ている。',
    ],
    remedy: freshly,
  }),
  define('clock-stepped-back', 'instance-identity', -102, {
    expected: [
      'The TPM’s clock and its count of boots only grow.',
      'TPM の時計と起動回数は、増えるだけのはずである。',
    ],
    found: [
      'Boot {boot} follows boot {before}, or the clock went back within it.',
      '起動回数が {before} から {boot} に戻った、または同じ起動の中で時計が戻った。',
    ],
    remedy: [
      'If the TPM was cleared, enrol the device anew; otherwise treat it as cloned or its evidence as old.',
      'TPM を初期化したのであれば登録し直す。そうでなければ、複製または古い証拠とみなす。',
    ],
  }),
  define('evidence-unreadable', 'instance-identity', -33, {
    expected: ['The evidence of a TPM is well-formed.', 'TPM の証拠は正しい形式のはずである。'],
    found: ['It cannot be read: {problem}.', '読み取れない：{problem}。'],
    remedy: [
      'Agent and site are of different versions, or the evidence was altered on its way: update both.',
      'エージェントとサイトの版が異なるか、証拠が途中で変更された。両方を更新する。',
    ],
  }),
];

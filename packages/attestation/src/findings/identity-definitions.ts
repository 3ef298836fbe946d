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
  define('nonce-not-valid', 'instance-identity', -99, {
    expected: [
      'The nonce is one that this verifier gave to this device, used once and in time.',
      'ノンスは、検証者がこのデバイスに与え、期限内に一度だけ使われるはずである。',
    ],
    found: [
      'The nonce that the evidence answers does not count any more: {problem}.',
      '証拠が応答したノンスは有効でない：{problem}。',
    ],
    remedy: freshly,
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

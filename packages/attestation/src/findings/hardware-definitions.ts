import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const genuine: Said = [
  'A vendor that this site trusts certifies the TPM that holds the attestation key.',
  '証明鍵を保持する TPM を、このサイトが信頼するベンダーが認証しているはずである。',
];
const kept: Said = [
  'The device’s keys were made in its TPM and never leave it.',
  'デバイスの鍵は TPM の中で作られ、外に出ないはずである。',
];
const remake: Said = [
  'Make the key in the TPM (fixedTPM, fixedParent, sensitiveDataOrigin) and enrol the device with it.',
  '鍵を TPM 内で作り直し（fixedTPM、fixedParent、sensitiveDataOrigin）、その鍵で登録する。',
];

/** On the claims `hardware` and `storage-opaque`: whose TPM it is, and what it keeps. */
export const hardwareDefinitions: readonly FindingDefinition[] = [
  define('tpm-genuine', 'hardware', 2, {
    expected: genuine,
    found: [
      'The endorsement key is certified by {vendor}, and the attestation key was activated in that TPM.',
      '承認鍵は {vendor} に認証されており、証明鍵はその TPM で活性化された。',
    ],
    remedy: nothingToDo,
  }),
  define('endorsement-untrusted', 'hardware', 97, {
    expected: genuine,
    found: [
      'The endorsement certificate leads to no vendor that this site trusts ({problem}).',
      '承認証明書は、このサイトが信頼するベンダーに至らない（{problem}）。',
    ],
    remedy: [
      'If the vendor is to be trusted, add its root certificate; otherwise do not use the device.',
      'そのベンダーを信頼するのであればルート証明書を加える。そうでなければ使用しない。',
    ],
  }),
  define('endorsement-of-another-tpm', 'hardware', -97, {
    expected: genuine,
    found: [
      'The endorsement certificate is genuine and certifies another TPM than the one that holds the key.',
      '承認証明書は本物だが、鍵を保持する TPM とは別の TPM のものである。',
    ],
    remedy: [
      'Treat the device as an impostor: it shows a certificate that it copied. Revoke it and find the TPM that the certificate belongs to.',
      '他者の証明書を提示するなりすましとみなす。失効させ、証明書の持ち主の TPM を調べる。',
    ],
  }),
  define('tpm-of-another-device', 'hardware', -98, {
    expected: ['Each device has a TPM of its own.', 'デバイスは、それぞれ自分の TPM を持つはずである。'],
    found: [
      'It asked for an attestation key in the TPM of {owner}.',
      '{owner} の TPM にある証明鍵を求めた。',
    ],
    remedy: [
      'If the board was moved, have {owner} forget it (kiten device attestation-key forget {owner}) and clear this finding; otherwise one of the two passes the other’s TPM off as its own: quarantine both.',
      '基板を移設したのであれば {owner} の証明鍵を破棄し（kiten device attestation-key forget {owner}）、この所見を解除する。そうでなければ、一方が他方の TPM を自分のものと偽っている。両方を隔離する。',
    ],
  }),
  define('another-tpm', 'hardware', -98, {
    expected: [
      'The device keeps the TPM that it first came with.',
      'デバイスは、最初に登録された TPM を使い続けるはずである。',
    ],
    found: [
      'It asked for an attestation key in another TPM, whose endorsement key is {endorsementKey}.',
      '別の TPM（承認鍵 {endorsementKey}）の証明鍵を求めた。',
    ],
    remedy: [
      'If its board was replaced, let it come with a new TPM (kiten device attestation-key forget); otherwise its identity was copied: revoke it.',
      '基板を交換したのであれば新しい TPM を許可する（kiten device attestation-key forget）。そうでなければ複製とみなし、失効させる。',
    ],
  }),
  define('keys-in-tpm', 'storage-opaque', 2, {
    expected: kept,
    found: [
      'The TPM certifies {count} keys of the device, and none can leave it.',
      'TPM がデバイスの鍵 {count} 個を認証した。いずれも外に出ない。',
    ],
    remedy: nothingToDo,
  }),
  define('key-exportable', 'storage-opaque', 32, {
    expected: kept,
    found: [
      'A key was certified that can leave the TPM or was made outside.',
      '認証された鍵は、TPM の外に出られるか、外で作られたものである。',
    ],
    remedy: remake,
  }),
  define('key-not-certified', 'storage-opaque', 99, {
    expected: kept,
    found: [
      'What is shown for a key does not verify ({problem}).',
      '鍵の認証として示されたものを検証できない（{problem}）。',
    ],
    remedy: remake,
  }),
];

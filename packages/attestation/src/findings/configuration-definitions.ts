import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const lockedDown: Said = [
  'The kernel is locked down and set as its reference values say.',
  'カーネルのロックダウンと設定は、基準値のとおりのはずである。',
];
const onlyKnown: Said = [
  'Only services that the reference values name listen for others.',
  '接続を待ち受けるのは、基準値にあるサービスだけのはずである。',
];
const ownSecrets: Said = [
  'Each account has a password of its own or none that signs in, and each device has secrets of its own.',
  'どのアカウントも固有のパスワードを持つかパスワードで入れず、秘密はデバイスごとに異なるはずである。',
];
const learn: Said = [
  'Learn them from a device that is known to be good (kiten attest learn).',
  '正常と分かっているデバイスから学習する（kiten attest learn）。',
];
const setAgain: Said = [
  'Set it as the image has it and reboot. If the image changed, learn the reference values again.',
  'イメージのとおりに設定して再起動する。イメージを変えたのであれば、基準値を学習し直す。',
];
const stopOrAllow: Said = [
  'Find out who started it, and stop it. If it belongs there, learn the reference values again (kiten attest learn).',
  '誰が起動したかを調べて止める。必要なものであれば、基準値を学習し直す（kiten attest learn）。',
];
const setPassword: Said = [
  'Lock the account (passwd -l) or give it a password of its own, drawn at random.',
  'アカウントをロックする（passwd -l）か、無作為に生成した固有のパスワードを設定する。',
];

/** On the claim `configuration`: how the kernel is set, who listens, and who can sign in. */
export const configurationDefinitions: readonly FindingDefinition[] = [
  define('kernel-approved', 'configuration', 2, {
    expected: lockedDown,
    found: [
      'Kernel {release} is, with lockdown “{lockdown}”.',
      'カーネル {release} は基準値のとおりで、ロックダウンは「{lockdown}」である。',
    ],
    remedy: nothingToDo,
  }),
  define('kernel-unjudged', 'configuration', 0, {
    expected: lockedDown,
    found: ['There are no reference values for its settings.', '設定の基準値がない。'],
    remedy: learn,
  }),
  define('lockdown-weaker', 'configuration', 96, {
    expected: lockedDown,
    found: [
      'Its lockdown is “{lockdown}” where “{expected}” is the least: root can alter the kernel.',
      'ロックダウンが「{lockdown}」であり、必要な「{expected}」に満たない。root がカーネルを改変できる。',
    ],
    remedy: setAgain,
  }),
  define('setting-differs', 'configuration', 32, {
    expected: lockedDown,
    found: [
      '{setting} is {value} and not {expected}.',
      '{setting} が {expected} ではなく {value} になっている。',
    ],
    remedy: setAgain,
  }),
  define('sockets-approved', 'configuration', 2, {
    expected: onlyKnown,
    found: [
      'All {count} listening sockets are.',
      '待ち受けている {count} 個のソケットは、すべて基準値にある。',
    ],
    remedy: nothingToDo,
  }),
  define('sockets-unjudged', 'configuration', 0, {
    expected: onlyKnown,
    found: ['There are no reference values for sockets.', 'ソケットの基準値がない。'],
    remedy: learn,
  }),
  define('socket-unapproved', 'configuration', -97, {
    expected: onlyKnown,
    found: [
      '{path} listens on {protocol} {address} port {port}, where the network reaches it ({count} such sockets).',
      '{path} が、ネットワークから届く {protocol} {address} のポート {port} で待ち受けている（同様のソケット {count} 個）。',
    ],
    remedy: stopOrAllow,
  }),
  define('local-socket-unapproved', 'configuration', -37, {
    expected: onlyKnown,
    found: [
      '{path} listens on {protocol} {address} port {port}, where only this device reaches it ({count} such sockets).',
      '{path} が、デバイス内部からだけ届く {protocol} {address} のポート {port} で待ち受けている（同様のソケット {count} 個）。',
    ],
    remedy: stopOrAllow,
  }),
  define('credentials-sound', 'configuration', 3, {
    expected: ownSecrets,
    found: [
      'No account has an empty or well-known password, and no other device was seen with the same secret.',
      '空または広く知られたパスワードのアカウントはなく、同じ秘密を持つデバイスも見つかっていない。',
    ],
    remedy: nothingToDo,
  }),
  define('empty-password', 'configuration', 96, {
    expected: ownSecrets,
    found: [
      'Account “{account}” lets everybody in without a password ({count} weak accounts).',
      'アカウント「{account}」にはパスワードなしで誰でも入れる（弱いアカウント {count} 件）。',
    ],
    remedy: setPassword,
  }),
  define('default-password', 'configuration', -98, {
    expected: ownSecrets,
    found: [
      'Account “{account}” has a password from the lists that every botnet tries ({count} weak accounts).',
      'アカウント「{account}」のパスワードは、ボットネットが試す定番のものである（弱いアカウント {count} 件）。',
    ],
    remedy: setPassword,
  }),
  define('secret-shared', 'configuration', -40, {
    expected: ownSecrets,
    found: [
      'It has the same secret as “{device}” ({kind} of {label}): who takes it from one is let into both, or passes as both.',
      '「{device}」と同じ秘密を持つ（{label} の {kind}）。一方から盗めば、両方に入れるか、両方になりすませる。',
    ],
    remedy: [
      'Make it anew on each device at its first boot (ssh-keygen -A, a random password), not in the image. The next attestation of each shows it.',
      'イメージに入れず、各デバイスの初回起動時に作り直す（ssh-keygen -A、無作為なパスワード）。結果は、それぞれの次の証明で分かる。',
    ],
  }),
  define('authorized-key-unapproved', 'configuration', -41, {
    expected: [
      'Only public keys that the reference values name open an account.',
      'アカウントに入れる公開鍵は、基準値にあるものだけのはずである。',
    ],
    found: [
      'A key that nobody knows signs in as “{account}” (SHA-256 {digest}).',
      '基準値にない鍵で「{account}」に入れる（SHA-256 {digest}）。',
    ],
    remedy: [
      'Take it out of authorized_keys and find out who put it there; or learn the reference values again.',
      'authorized_keys から取り除き、誰が加えたかを調べる。または、基準値を学習し直す。',
    ],
  }),
];

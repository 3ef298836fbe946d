import { type ClaimName, claimNames } from './claims.ts';

/** A claim value that AR4SI itself names. */
export interface ClaimValue {
  readonly claim: ClaimName;
  readonly value: number;
  /** What it says, in our words. */
  readonly meaning: { readonly en: string; readonly ja: string };
}

type Meanings = readonly (readonly [value: number, en: string, ja: string])[];

/** Values that mean the same for every claim (draft-ietf-rats-ar4si §2.3.2, §2.3.4). */
const common: Meanings = [
  [-1, 'The verifier itself failed while judging.', '検証側の処理が失敗した。'],
  [0, 'Nothing is said either way.', '何も主張しない。'],
  [
    1,
    'The evidence holds something the verifier does not understand.',
    '証拠に検証側の解釈できない要素がある。',
  ],
  [99, 'A signature or digest over the evidence did not verify.', '証拠の暗号学的検証に失敗した。'],
];

const specific: Readonly<Record<ClaimName, Meanings>> = {
  'instance-identity': [
    [
      2,
      'It is this very device, and nothing known speaks against it.',
      'この個体本人であり、侵害の情報はない。',
    ],
    [
      96,
      'It is this very device, and its key is known to be untrustworthy.',
      'この個体本人だが、その鍵は信頼できない。',
    ],
    [97, 'The verifier should know this device, and does not.', '知られているべき個体だが、認識できない。'],
  ],
  configuration: [
    [2, 'The configuration is a known one that was approved.', '設定は承認された既知のものである。'],
    [3, 'No weakness is known in the configuration.', '設定に既知の弱点はない。'],
    [32, 'The configuration opens a known weakness.', '設定に既知の弱点がある。'],
    [36, 'Security settings that matter could not be seen.', '安全に関わる設定の一部が確認できない。'],
    [96, 'The configuration is too weak to be tolerated.', '設定の弱点は許容できない。'],
  ],
  executables: [
    [
      2,
      'Only approved code ran, at boot and ever since.',
      '起動時から現在まで承認済みのコードだけが動いた。',
    ],
    [3, 'Only approved code ran at boot.', '起動時は承認済みのコードだけが動いた。'],
    [
      32,
      'All code is genuine, and some of it has known flaws.',
      'コードは真正だが、一部に既知の欠陥がある。',
    ],
    [33, 'Code is running that nobody has approved or knows.', '認識できないコードが動いている。'],
    [96, 'Code is running that must not.', '動いてはならないコードが動いている。'],
  ],
  'file-system': [
    [2, 'Only approved files were found.', '承認済みのファイルだけが見つかった。'],
    [32, 'Files were found that nobody knows.', '認識できないファイルが見つかった。'],
    [96, 'Files were found that must not be there.', 'あってはならないファイルが見つかった。'],
  ],
  hardware: [
    [2, 'Hardware and firmware were shown to be genuine.', 'ハードウェアとファームウェアは真正である。'],
    [32, 'The hardware is genuine, with known weaknesses.', 'ハードウェアは真正だが、既知の弱点がある。'],
    [96, 'The hardware is known, and known not to be trusted.', 'ハードウェアは既知で、信頼してはならない。'],
    [
      97,
      'The verifier should know this hardware, and does not.',
      '知られているべきハードウェアだが、認識できない。',
    ],
  ],
  'runtime-opaque': [
    [
      2,
      'Memory is encrypted, out of reach of the system around it.',
      'メモリは暗号化され、外側から見えない。',
    ],
    [
      32,
      'Memory is isolated from other programs, not encrypted.',
      'メモリは他から隔離されているが、暗号化されていない。',
    ],
    [96, 'Others on the same machine can see its memory.', '同じ機器の他者からメモリが見える。'],
  ],
  'storage-opaque': [
    [
      2,
      'Stored secrets are encrypted under keys that hardware keeps.',
      '秘密はハードウェアの鍵で暗号化されている。',
    ],
    [
      32,
      'Stored secrets are encrypted under keys in software.',
      '秘密はソフトウェアの鍵で暗号化されている。',
    ],
    [96, 'Secrets are stored in the clear.', '秘密が平文で保存されている。'],
  ],
  'sourced-data': [
    [
      2,
      'Its data come from sources that were themselves affirmed.',
      'データは肯定された供給元から来ている。',
    ],
    [
      32,
      'Its data come from sources unattested or warned about.',
      'データは未検証または警告のある供給元から来ている。',
    ],
    [96, 'Its data come from sources that are contraindicated.', 'データは信頼できない供給元から来ている。'],
  ],
};

/** Every value that draft-ietf-rats-ar4si §2.3.4 names, by claim and then by value. */
export const claimValues: readonly ClaimValue[] = claimNames.flatMap((claim) =>
  [...common, ...specific[claim]]
    .toSorted(([left], [right]) => left - right)
    .map(([value, en, ja]) => ({ claim, value, meaning: { en, ja } })),
);

/** What AR4SI says a value means for a claim; undefined for values it does not name, ours included. */
export function claimValue(claim: ClaimName, value: number): ClaimValue | undefined {
  return claimValues.find((entry) => entry.claim === claim && entry.value === value);
}

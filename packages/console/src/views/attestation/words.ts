import { wordsOf } from '../../i18n/words.ts';

export const words = wordsOf(
  {
    title: 'Attestation',
    references: 'Reference values',
    'references-lead':
      'What devices with a TPM are held against: what may boot and run. Each image is kept once, for however many devices run it.',
    'references-none':
      'There are none. Devices still show who they are, and nothing is said about what they run.',
    'references-how':
      'They are learnt from a device that is known to be good, or come from its manufacturer as a CoRIM. Before a change counts, the site says who would fall.',
    image: 'Image',
    targets: 'For',
    'targets-none': 'nobody yet',
    states: 'States of the registers',
    files: 'Files',
    'signed-by': 'Signed by',
    unsigned: 'nobody; an operator answers for it',
    added: 'Added',
    until: 'valid until',
    vendors: 'TPM vendors',
    'vendors-lead': 'A TPM is genuine if its endorsement certificate leads to one of these roots.',
    'vendors-none': 'None is trusted yet, so nothing is said about the hardware of any device.',
    keys: 'Signers of reference values',
    'keys-lead': 'Reference values that are signed count under these keys alone.',
    'keys-none': 'No key is known yet: reference values that are signed are refused.',
  },
  {
    title: '構成証明',
    references: '基準値',
    'references-lead':
      'TPM を持つデバイスを評価する基準。何が起動し、実行されてよいかを定める。同じイメージを動かすデバイスが何台あっても、一つだけ保存する。',
    'references-none': 'まだない。デバイスが本人であることは示せるが、実行内容については何も判断しない。',
    'references-how':
      '正常と分かっているデバイスから学習するか、製造者から CoRIM として入手する。変更を適用する前に、どのデバイスの評価が下がるかを示す。',
    image: 'イメージ',
    targets: '対象',
    'targets-none': '未割り当て',
    states: 'レジスタの状態',
    files: 'ファイル',
    'signed-by': '署名者',
    unsigned: '署名なし（運用者が保証）',
    added: '追加',
    until: '有効期限',
    vendors: 'TPM ベンダー',
    'vendors-lead': '承認証明書がこれらのルートのいずれかに至る TPM を本物とみなす。',
    'vendors-none': '信頼するベンダーがまだないため、どのデバイスのハードウェアについても判断しない。',
    keys: '基準値の署名者',
    'keys-lead': '署名付きの基準値は、これらの鍵で検証できるものだけを受け入れる。',
    'keys-none': '鍵がまだ登録されていない。署名付きの基準値は拒否する。',
  },
);

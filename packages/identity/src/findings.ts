import { defineFindings, type FindingRegistry } from '@kiten/trust';

/** What identity can conclude about a device: who it is, and where it keeps what it proves that with. */
export const identityFindings: FindingRegistry = defineFindings([
  {
    code: 'identity/certificate-issued',
    claim: 'instance-identity',
    value: 2,
    expected: {
      en: 'The device holds the private key of a certificate that this site issued to it.',
      ja: 'デバイスは、このサイトが発行した証明書の秘密鍵を持っているはずである。',
    },
    found: {
      en: 'The site issued certificate {serial} to “{device}” after the device had identified itself ({method}).',
      ja: 'サイトは「{device}」の身元を確認し（{method}）、証明書 {serial} を発行した。',
    },
    remedy: {
      en: 'Nothing needs to be done. It holds until the certificate expires, {notAfter}, unless it is renewed before.',
      ja: '対応は不要である。更新しない場合、証明書の有効期限（{notAfter}）まで有効である。',
    },
  },
  {
    code: 'identity/key-in-hardware',
    claim: 'storage-opaque',
    value: 2,
    expected: {
      en: 'The private key of “{device}” was made in hardware that never gives it out.',
      ja: '「{device}」の秘密鍵は、外に出さないハードウェアの中で作られたはずである。',
    },
    found: {
      en: 'Its TPM certified the key of certificate {serial} over this site’s nonce, by attestation key {key}.',
      ja: 'TPM が、サイトのノンスとともに、証明書 {serial} の鍵を証明鍵 {key} で認証した。',
    },
    remedy: {
      en: 'Nothing needs to be done. It holds as long as the certificate.',
      ja: '対応は不要である。証明書の有効期限まで有効である。',
    },
  },
  {
    code: 'identity/key-unattested',
    claim: 'storage-opaque',
    value: 0,
    expected: {
      en: 'The private key of “{device}” was made in hardware that never gives it out.',
      ja: '「{device}」の秘密鍵は、外に出さないハードウェアの中で作られたはずである。',
    },
    found: {
      en: 'Nothing shows where the key of certificate {serial} lives: it may be in a file.',
      ja: '証明書 {serial} の鍵がどこにあるかを示すものはない。ファイルにある可能性もある。',
    },
    remedy: {
      en: 'Make the key in a TPM and enrol with its attestation (draft-ietf-lamps-csr-attestation). Whether a group demands that is its setting `key`.',
      ja: 'TPM で鍵を作り、その構成証明とともに登録する（draft-ietf-lamps-csr-attestation）。必須にするかはグループの `key` で設定する。',
    },
  },
  {
    code: 'identity/certificate-foreign',
    claim: 'instance-identity',
    value: 99,
    expected: {
      en: 'The certificate of “{device}” is signed by this site.',
      ja: '「{device}」の証明書には、このサイトの署名があるはずである。',
    },
    found: {
      en: 'The signature on certificate {serial} does not verify under any of the site’s signing certificates.',
      ja: '証明書 {serial} の署名は、サイトのどの認証局の鍵でも検証できなかった。',
    },
    remedy: {
      en: 'Find out where the certificate came from, then enrol the device again with a new token.',
      ja: '証明書の出所を調べたうえで、新しいトークンでデバイスを登録し直す。',
    },
  },
  {
    code: 'identity/certificate-of-another',
    claim: 'instance-identity',
    value: 97,
    expected: {
      en: 'The certificate names “{device}”.',
      ja: '証明書は「{device}」のものであるはずである。',
    },
    found: {
      en: 'Certificate {serial} does not carry the identity of this device.',
      ja: '証明書 {serial} は、このデバイスの識別子を持っていない。',
    },
    remedy: {
      en: 'Enrol the device again under its own id.',
      ja: 'デバイスを本来の ID で登録し直す。',
    },
  },
  {
    code: 'identity/enrolment-unreadable',
    claim: 'instance-identity',
    value: -33,
    expected: {
      en: 'The record of an enrolment holds the certificate and how the device identified itself.',
      ja: '登録の記録には、証明書と本人確認の方法が含まれているはずである。',
    },
    found: {
      en: 'The record cannot be read ({problem}).',
      ja: '記録を読み取れない（{problem}）。',
    },
    remedy: {
      en: 'Enrol the device again; if that repeats, check the site’s storage for damage.',
      ja: 'デバイスを登録し直す。再発する場合は、サイトのストレージの破損を調べる。',
    },
  },
  {
    code: 'identity/password-generated',
    claim: 'instance-identity',
    value: -34,
    expected: {
      en: '“{device}” proves who it is with a private key that never leaves it.',
      ja: '「{device}」は、外部に出ない秘密鍵で自身を証明するはずである。',
    },
    found: {
      en: 'It knows only a password, which this site generated. Whoever learns the password passes as the device.',
      ja: 'パスワードしか持たない（このサイトが生成したもの）。パスワードを知る者は誰でもこのデバイスとして通用する。',
    },
    remedy: {
      en: 'Enrol it with a certificate if its software can be changed, and withdraw the password. Until then it has the rights of its own topics only.',
      ja: 'ソフトウェアを変更できるなら証明書で登録し、パスワードを取り消す。それまでは自分のトピックの権限しか持たない。',
    },
  },
  {
    code: 'identity/password-imported',
    claim: 'instance-identity',
    value: -36,
    expected: {
      en: '“{device}” proves who it is with a private key that never leaves it.',
      ja: '「{device}」は、外部に出ない秘密鍵で自身を証明するはずである。',
    },
    found: {
      en: 'It knows only a password, which was chosen elsewhere and taken over with its hash: nobody here knows how easily it is guessed, or who else knows it.',
      ja: 'パスワードしか持たない（他所で決められ、ハッシュごと引き継いだもの）。推測の容易さも、ほかに誰が知っているかも分からない。',
    },
    remedy: {
      en: 'Enrol it with a certificate if its software can be changed; otherwise give it a generated password (`kiten device password ID --replace`).',
      ja: 'ソフトウェアを変更できるなら証明書で登録する。できない場合は生成したパスワードに替える（`kiten device password ID --replace`）。',
    },
  },
  {
    code: 'identity/password-storage',
    claim: 'storage-opaque',
    value: 0,
    expected: {
      en: 'What “{device}” proves itself with is kept by hardware that does not give it out.',
      ja: '「{device}」が自身の証明に使うものは、外に出さないハードウェアが保管しているはずである。',
    },
    found: {
      en: 'A password has to be read to be used, and nothing tells where the device keeps it.',
      ja: 'パスワードは使うたびに読み出す必要があり、デバイスがどこに保管しているかを示すものはない。',
    },
    remedy: {
      en: 'A key in a secure element or TPM, with its attestation, would say something here.',
      ja: 'セキュアエレメントや TPM の鍵とその構成証明があれば、ここで主張できる。',
    },
  },
  {
    code: 'identity/password-unreadable',
    claim: 'instance-identity',
    value: -33,
    expected: {
      en: 'The record of a password says where the password is from.',
      ja: 'パスワードの記録には、その出所が書かれているはずである。',
    },
    found: {
      en: 'The record cannot be read ({problem}).',
      ja: '記録を読み取れない（{problem}）。',
    },
    remedy: {
      en: 'Give the device a new password; if that repeats, check the site’s storage for damage.',
      ja: '新しいパスワードを発行する。再発する場合は、サイトのストレージの破損を調べる。',
    },
  },
]);

import { defineFindings, type FindingRegistry } from '@kiten/trust';

/** What identity can conclude about a device, all of it on the claim `instance-identity`. */
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
]);

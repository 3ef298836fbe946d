import { defineFindings } from '@kiten/trust';

/**
 * What the gateway's appraisers can find.
 *
 * A key that answers from two places at once has been copied: which of the two is the device cannot be told, so
 * neither may pass, and the value is contraindicated. Contention about one client id proves no second place (it
 * may be two programs on one machine) and is a warning. Probing is behaviour that the device's own software would
 * not show; a handful of topics may be a mistake in its configuration, fifty are a search.
 */
export const gatewayFindings = defineFindings([
  {
    code: 'gateway/credential-in-two-places',
    claim: 'instance-identity',
    value: -100,
    expected: {
      en: 'A device is connected from one place at a time.',
      ja: 'デバイスは同時に一つの場所からのみ接続している。',
    },
    found: {
      en: 'Its certificate was in use at {olderAddress} (client {olderClient}) and at {newerAddress} (client {newerClient}) at the same time; seen {count} times.',
      ja: '証明書が {olderAddress}（クライアント {olderClient}）と {newerAddress}（クライアント {newerClient}）で同時に使われた。観測回数：{count}。',
    },
    remedy: {
      en: 'Treat the private key as copied: revoke the device, find the copy, and enrol the device anew with a new key. If both places are known to be the device itself, clear the finding with that reason.',
      ja: '秘密鍵が複製されたものとして扱う。デバイスを失効させ、複製の所在を調べ、新しい鍵で登録し直す。両方ともデバイス自身と確認できた場合は、理由を記録して所見を解除する。',
    },
  },
  {
    code: 'gateway/client-id-contention',
    claim: 'instance-identity',
    value: -40,
    expected: {
      en: 'One program uses the client id {client} at a time.',
      ja: 'クライアント ID {client} を同時に使うプログラムは一つである。',
    },
    found: {
      en: '{count} times within a minute a living connection of {client} was displaced by another one, last at {olderAddress} by {newerAddress}.',
      ja: '1 分間に {count} 回、{client} の稼働中の接続が別の接続に置き換えられた。最後は {olderAddress} の接続が {newerAddress} の接続に置き換えられた。',
    },
    remedy: {
      en: 'Give each program on the device a client id of its own (ID/name). If there is only one program, look for a copy of the key.',
      ja: 'デバイス上のプログラムごとに別のクライアント ID（ID/名前）を割り当てる。プログラムが一つしかない場合は、鍵の複製がないか調べる。',
    },
  },
  {
    code: 'gateway/topic-probing',
    claim: 'executables',
    value: -50,
    expected: {
      en: 'The device uses its own topics and those it was granted.',
      ja: 'デバイスは自分のトピックと許可されたトピックだけを使う。',
    },
    found: {
      en: 'It tried {distinct} different topics that are not its own within {window} seconds and was refused, {example} among them.',
      ja: '{window} 秒間に自分のものではない {distinct} 種類のトピックを試み、拒否された（例：{example}）。',
    },
    remedy: {
      en: 'Check the topics in its configuration. If it should use them, permit them by policy; otherwise check what software runs on it.',
      ja: 'デバイスの設定にあるトピックを確認する。使うべきものならポリシーで許可し、そうでなければ動作しているソフトウェアを調べる。',
    },
  },
  {
    code: 'gateway/topic-search',
    claim: 'executables',
    value: -110,
    expected: {
      en: 'The device uses its own topics and those it was granted.',
      ja: 'デバイスは自分のトピックと許可されたトピックだけを使う。',
    },
    found: {
      en: 'It searched: {distinct} different topics that are not its own were refused within {window} seconds, {example} among them.',
      ja: '探索が行われた。{window} 秒間に自分のものではない {distinct} 種類のトピックが拒否された（例：{example}）。',
    },
    remedy: {
      en: 'Treat the device as taken over: keep it contained, update or reinstall its software, and attest it. If the search was a test, clear the finding with that reason.',
      ja: 'デバイスが乗っ取られたものとして扱う。隔離したままソフトウェアを更新または再導入し、構成証明を行う。試験であった場合は、理由を記録して所見を解除する。',
    },
  },
  {
    code: 'gateway/evidence-unreadable',
    claim: 'instance-identity',
    value: -1,
    expected: {
      en: 'Evidence of the gateway is well formed.',
      ja: 'ゲートウェイの証拠は正しい形式である。',
    },
    found: {
      en: 'Evidence of type {mediaType} could not be read.',
      ja: '種別 {mediaType} の証拠を読み取れなかった。',
    },
    remedy: {
      en: 'Gateway and site are of different versions, or the evidence was altered on its way: update both.',
      ja: 'ゲートウェイとサイトの版が異なるか、証拠が途中で変更された。両方を更新する。',
    },
  },
]);

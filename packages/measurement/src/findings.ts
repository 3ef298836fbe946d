import { defineFindings } from '@kiten/trust';
import { faultKindWordsSoFar } from './suspicion/kind-words.ts';

/**
 * What is found of streams of readings.
 *
 * What a model of normal readings finds is a warning: it can err, and an alarm without a cause must not cut a device off.
 * What a sequence or a signature shows is proof, and contraindicated. That packs are late, early or missing has causes
 * other than an attack, too, and is a warning.
 */
export const measurementFindings = defineFindings([
  {
    code: 'measurement/readings-normal',
    claim: 'sourced-data',
    value: -2,
    expected: {
      en: 'The readings of {stream} are as they were learned.',
      ja: '{stream} の測定値は学習した通常の範囲にある。',
    },
    found: {
      en: '{count} rows in a row were within what was learned as normal.',
      ja: '連続する {count} 行が学習した通常の範囲にあった。',
    },
    remedy: {
      en: 'Nothing has to be done. It holds as long as readings keep coming and stay normal.',
      ja: '対応は不要。通常の測定値が届き続ける間、有効である。',
    },
  },
  {
    code: 'measurement/readings-abnormal',
    claim: 'sourced-data',
    value: -50,
    expected: {
      en: 'The readings of {stream} are as they were learned.',
      ja: '{stream} の測定値は学習した通常の範囲にある。',
    },
    found: {
      en: 'They left what was learned as normal, {severity} times as far as an alarm needs (detector: {sees}). Probable kind: {kind}. Farthest off: {channel}. Carried by: {channels}.',
      ja: '学習した通常の範囲を外れ、警報のしきい値の {severity} 倍に達した（検出器：{sees}）。推定される種類：{kind}。最も外れたチャネル：{channel}。原因のチャネル：{channels}。',
    },
    remedy: {
      en: 'Compare these channels with the place itself and with other sensors. If the readings were right, learn the stream anew and clear the finding; if the sensor was altered or replaced, put it right first.',
      ja: '該当チャネルを現場や他のセンサーと照合する。測定値が正しければ学習し直して所見を解除する。センサーが改変または交換されていた場合は、先に是正する。',
    },
    words: {
      kind: faultKindWordsSoFar,
      channel: { '': { en: 'no channel by itself', ja: '単独では特定できない' } },
      channels: { '': { en: 'all of them together', ja: '全体の組み合わせ' } },
    },
  },
  {
    code: 'measurement/readings-agree',
    claim: 'sourced-data',
    value: -4,
    expected: {
      en: 'The readings of {stream} go together with those of other streams.',
      ja: '{stream} の測定値は、ほかのストリームの測定値と整合する。',
    },
    found: {
      en: 'They do, {count} rows in a row.',
      ja: '連続する {count} 行で整合していた。',
    },
    remedy: {
      en: 'Nothing has to be done. It holds as long as readings keep coming and go together.',
      ja: '対応は不要。測定値が届き続け、整合している間、有効である。',
    },
  },
  {
    code: 'measurement/readings-contradicted',
    claim: 'sourced-data',
    value: -51,
    expected: {
      en: 'The readings of {stream} go together with those of other streams.',
      ja: '{stream} の測定値は、ほかのストリームの測定値と整合する。',
    },
    found: {
      en: '{channels} contradicts other sensors, {severity} times as far as an alarm needs ({sees}). That it is this one that lies is {by} % sure; its probable kind: {kind}.',
      ja: '{channels} がほかのセンサーと矛盾し、警報のしきい値の {severity} 倍に達した（{sees}）。偽っているのがこのセンサーである確度は {by} %、推定される種類：{kind}。',
    },
    remedy: {
      en: 'Measure at the place: what the sensor says would disprove it, what the others say confirms it. Put the sensor right, or learn the relation anew if the plant was changed, and clear the finding.',
      ja: '現場で実測する。センサーの報告値と一致すればこの所見は誤り、ほかのセンサーが示す値と一致すれば正しい。センサーを是正するか、設備が変わったのなら関係を学習し直し、所見を解除する。',
    },
    words: { kind: faultKindWordsSoFar },
  },
  {
    code: 'measurement/readings-uncompared',
    claim: 'sourced-data',
    value: 0,
    expected: {
      en: 'The readings of {stream} are compared with those of other streams.',
      ja: '{stream} の測定値は、ほかのストリームの測定値と比較される。',
    },
    found: {
      en: 'They are not any more: nothing is said of whether they go together.',
      ja: '比較されなくなった。整合しているかどうかについては何も主張しない。',
    },
    remedy: {
      en: 'Nothing has to be done if the comparison was ended on purpose. If it was not, see in the relation which sensor is missing, and why.',
      ja: '意図して比較を終えた場合、対応は不要。そうでなければ、どのセンサーがなぜ欠けているかを関係の表示で確認する。',
    },
  },
  {
    code: 'measurement/stream-silent',
    claim: 'sourced-data',
    value: 0,
    expected: { en: 'Readings of {stream} keep coming.', ja: '{stream} の測定値が届き続ける。' },
    found: {
      en: 'None came any more: nothing is said of them until they come again.',
      ja: '届かなくなった。再び届くまで、測定値については何も主張しない。',
    },
    remedy: {
      en: 'Check whether the device is connected and publishes to the topic that was declared.',
      ja: 'デバイスが接続され、宣言したトピックに発行しているか確認する。',
    },
  },
  {
    code: 'measurement/readings-unjudged',
    claim: 'sourced-data',
    value: 0,
    expected: {
      en: 'Readings of {stream} are judged as they come.',
      ja: '{stream} の測定値は届くたびに判定される。',
    },
    found: {
      en: 'Judging has stopped: nothing is said of them until it goes on.',
      ja: '判定が停止している。再開するまで、測定値については何も主張しない。',
    },
    remedy: {
      en: 'The site starts judging anew by itself. Its health and its own log say why it stopped; if it keeps stopping, report the error.',
      ja: '判定は自動的に再開される。停止の理由はサイトのヘルスと動作ログで確認できる。停止を繰り返す場合はエラーを報告する。',
    },
  },
  {
    code: 'measurement/readings-unreadable',
    claim: 'sourced-data',
    value: -46,
    expected: {
      en: 'Messages of {stream} hold the readings that were declared.',
      ja: '{stream} のメッセージには宣言した測定値が入っている。',
    },
    found: {
      en: 'A message could not be read. {problem}',
      ja: '読み取れないメッセージがあった。{problem}',
    },
    remedy: {
      en: 'Correct the device or the declaration, and clear the finding.',
      ja: 'デバイスまたは宣言を修正し、所見を解除する。',
    },
  },
  {
    code: 'measurement/packs-fresh',
    claim: 'sourced-data',
    value: -3,
    expected: {
      en: 'What {stream} says comes once, in order and in time.',
      ja: '{stream} の測定値は一度だけ、順序どおり、遅れずに届く。',
    },
    found: { en: 'It does.', ja: 'そのとおり届いている。' },
    remedy: {
      en: 'Nothing has to be done. It holds as long as readings keep coming that way.',
      ja: '対応は不要。この状態が続く間、有効である。',
    },
  },
  {
    code: 'measurement/pack-replayed',
    claim: 'sourced-data',
    value: -110,
    expected: { en: 'What {stream} says comes once.', ja: '{stream} の測定値は一度だけ届く。' },
    found: {
      en: 'Something came that had come before, {by} packs behind the newest.',
      ja: '以前に届いたものが再び届いた（最新より {by} 個前）。',
    },
    remedy: {
      en: 'Somebody plays recorded readings back: find who stands between the sensor and the site. If the source counts anew after a restart, let it keep its sequence, and clear the finding.',
      ja: '記録された測定値が再送されている。センサーとサイトの間に介在する者を調べる。送信元が再起動後に番号を最初から数え直している場合は、番号を保持させてから所見を解除する。',
    },
  },
  {
    code: 'measurement/packs-reordered',
    claim: 'sourced-data',
    value: -48,
    expected: {
      en: 'The times of {stream} rise with its sequence.',
      ja: '{stream} の時刻は番号とともに進む。',
    },
    found: {
      en: 'A time was {by} ms before that of an earlier pack, or after that of a later one.',
      ja: '前後の番号と比べて時刻が {by} ミリ秒逆転していた。',
    },
    remedy: {
      en: 'Check the clock of the source and what handles its packs on the way; then clear the finding.',
      ja: '送信元の時計と経路上の処理を確認し、所見を解除する。',
    },
  },
  {
    code: 'measurement/pack-stale',
    claim: 'sourced-data',
    value: -49,
    expected: { en: 'What {stream} says comes without delay.', ja: '{stream} の測定値は遅れずに届く。' },
    found: {
      en: 'It was held back by {by} ms more than the fastest of its stream.',
      ja: '最も速いものより {by} ミリ秒長く留められていた。',
    },
    remedy: {
      en: 'Find where readings wait: a queue, a poor connection, or somebody who keeps them for later. Then clear the finding.',
      ja: '測定値がどこで滞留しているか（キュー、通信状態、あるいは意図的な保留）を調べ、所見を解除する。',
    },
  },
  {
    code: 'measurement/pack-early',
    claim: 'sourced-data',
    value: -45,
    expected: {
      en: 'The clock of {stream} is within a minute of the site’s.',
      ja: '{stream} の時計とサイトの時計の差は 1 分以内である。',
    },
    found: { en: 'It is {by} ms ahead.', ja: '{by} ミリ秒進んでいる。' },
    remedy: {
      en: 'Set the clock of the source, and clear the finding.',
      ja: '送信元の時計を合わせ、所見を解除する。',
    },
  },
  {
    code: 'measurement/packs-missing',
    claim: 'sourced-data',
    value: -42,
    expected: { en: 'No pack of {stream} is lost.', ja: '{stream} のデータは欠落しない。' },
    found: { en: '{by} packs in a row never came.', ja: '連続する {by} 個のデータが届かなかった。' },
    remedy: {
      en: 'Look for a connection that was down, or for somebody who swallows readings. When they come without gaps again it goes by itself.',
      ja: '接続の中断、または測定値を取り除く者がないか調べる。欠落なく届くようになれば自動的に解消する。',
    },
  },
  {
    code: 'measurement/pack-forged',
    claim: 'sourced-data',
    value: 99,
    expected: {
      en: 'What {stream} says is signed by its source.',
      ja: '{stream} の測定値には送信元の署名がある。',
    },
    found: { en: 'A signature does not hold. {problem}', ja: '署名を検証できなかった。{problem}' },
    remedy: {
      en: 'Somebody alters readings on their way, or the source has a new key: find out which, declare the key if it is right, and clear the finding.',
      ja: '経路上で測定値が改変されているか、送信元の鍵が変わった。どちらかを調べ、正しい鍵であれば宣言して所見を解除する。',
    },
  },
  {
    code: 'measurement/evidence-unreadable',
    claim: 'sourced-data',
    value: -1,
    expected: {
      en: 'Evidence about streams of readings is well formed.',
      ja: '測定ストリームの証拠は正しい形式である。',
    },
    found: {
      en: 'Evidence of type {mediaType} could not be read.',
      ja: '種別 {mediaType} の証拠を読み取れなかった。',
    },
    remedy: {
      en: 'Parts of the site are of different versions: update them.',
      ja: 'サイトの構成要素の版が異なる。更新する。',
    },
  },
]);

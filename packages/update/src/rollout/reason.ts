import type { PauseCause } from './gate.ts';

/** Why a device is, or is not, updated: a code, and what its sentence is filled with. */
export interface Reason {
  readonly code: ReasonCode;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** One text in both languages; `{name}` stands for a parameter. */
type Template = Readonly<Record<'en' | 'ja', string>>;

/** Every answer to “why was I (not) updated?”. */
export const reasonTemplates = {
  'not-in-cohort': {
    en: 'The campaign’s policy does not permit it.',
    ja: 'キャンペーンのポリシーの対象外です。',
  },
  revoked: {
    en: 'It is revoked: nothing is installed on it.',
    ja: '失効しているため、何もインストールしません。',
  },
  quarantined: {
    en: 'It is in quarantine, and its evidence does not call for this release.',
    ja: '隔離中で、その証拠はこのリリースを必要としていません。',
  },
  contraindicated: {
    en: 'It is not trusted ({findings}), and this release does not remedy that.',
    ja: '信頼できない状態です（{findings}）。このリリースでは解消されません。',
  },
  'no-manifest': {
    en: 'It has never said what it is made of: it sends its manifest first.',
    ja: '構成がまだ報告されていません。先にマニフェストを送る必要があります。',
  },
  'hardware-differs': {
    en: 'None of the release’s images is for its hardware ({hardware}).',
    ja: 'ハードウェア（{hardware}）用のイメージがありません。',
  },
  'already-current': { en: 'It runs this release.', ja: 'このリリースをすでに実行しています。' },
  'counter-burnt': {
    en: 'It has confirmed release counter {burnt}, and this release has {counter}: there is no way back.',
    ja: 'リリースカウンター {burnt} を確定済みで、このリリースは {counter} です。戻すことはできません。',
  },
  'another-campaign': {
    en: 'The campaign “{campaign}” is at it.',
    ja: 'キャンペーン「{campaign}」の対象になっています。',
  },
  draft: { en: 'The campaign has not been started.', ja: 'キャンペーンはまだ開始されていません。' },
  'paused-by-operator': {
    en: '{who} has paused the campaign: {why}',
    ja: '{who} がキャンペーンを一時停止しました：{why}',
  },
  'paused-by-failures': {
    en: 'The campaign paused itself: {failed} of {of} devices {kind}failed, and {tolerated} are tolerated.',
    ja: 'キャンペーンは自動的に一時停止しました：{kind}{of} 台中 {failed} 台が失敗しました（許容は {tolerated} 台）。',
  },
  'paused-by-quorum': {
    en: 'The campaign paused itself: {proven} of {of} devices were proven in time, and it takes {quorum}.',
    ja: 'キャンペーンは自動的に一時停止しました：期限までに証明されたのは {of} 台中 {proven} 台です（必要数は {quorum} 台）。',
  },
  'paused-by-withdrawal': {
    en: 'The campaign paused itself: {target} was withdrawn.',
    ja: 'キャンペーンは自動的に一時停止しました：{target} が取り下げられました。',
  },
  aborted: { en: 'The campaign was aborted.', ja: 'キャンペーンは中止されました。' },
  finished: {
    en: 'The campaign was over before its turn came.',
    ja: '順番が来る前にキャンペーンが終了しました。',
  },
  'wave-not-open': {
    en: 'Its turn comes with wave {wave}; wave {open} is open.',
    ja: '第 {wave} 波の対象です。現在は第 {open} 波です。',
  },
  'window-closed': {
    en: 'No maintenance window is open; the next one opens at {opens}.',
    ja: 'メンテナンス時間外です。次は {opens} に始まります。',
  },
  'rate-reached': {
    en: 'So many are updated each minute, or at once, as the wave allows.',
    ja: 'この波で一度に、または一分間に更新できる台数に達しています。',
  },
  'backing-off': {
    en: 'Attempt {attempts} came to {code}: it is tried again from {until} on.',
    ja: '{attempts} 回目は {code} で失敗しました。{until} 以降に再試行します。',
  },
  'trust-fell': {
    en: 'It fell before its turn came ({findings}), and this release does not remedy that.',
    ja: '順番が来る前に信頼を失いました（{findings}）。このリリースでは解消されません。',
  },
  'release-withdrawn': {
    en: 'Whoever released {target} withdrew it at {at}: it is not installed, and not kept where nobody has confirmed it.',
    ja: '{target} は {at} に取り下げられました。インストールは行わず、未確定のものは元に戻します。',
  },
  'policy-forbids': {
    en: 'The site’s policy does not let it be updated.',
    ja: 'サイトのポリシーが更新を許可していません。',
  },
  'brake-pulled': {
    en: 'A brake holds falls in its group {group}: decide about that first (kiten brake list).',
    ja: 'グループ {group} でブレーキが作動中です。先に判断してください（kiten brake list）。',
  },
  offline: {
    en: 'It has not asked since its wave opened at {since}.',
    ja: '{since} に波が始まってから問い合わせがありません。',
  },
  due: { en: 'It is assigned the release when it asks next.', ja: '次の問い合わせのときに割り当てます。' },
  assigned: { en: 'It was assigned {target} at {at}.', ja: '{at} に {target} を割り当てました。' },
  installed: {
    en: 'It installed {target} at {at} and has not confirmed it: it can still go back.',
    ja: '{at} に {target} をインストールしました。まだ確定しておらず、元に戻せます。',
  },
  confirmed: {
    en: 'It confirmed {target} at {at}; evidence that shows it is awaited.',
    ja: '{at} に {target} を確定しました。それを示す証拠を待っています。',
  },
  proven: {
    en: 'It was updated to {target}, and what it showed at {at} holds.',
    ja: '{target} に更新され、{at} に示した証拠も正常です。',
  },
  'proven-by-manifest': {
    en: 'It was updated to {target}: its signed manifest of {at} says so. It has shown no evidence of it, and this campaign asks for none.',
    ja: '{target} に更新されました（{at} の署名付きマニフェストによる）。証拠は示されておらず、このキャンペーンでは求めていません。',
  },
  'proven-by-report': {
    en: 'It was updated to {target}, by its own word of {at} alone: this campaign asks for no more.',
    ja: '{target} に更新されました（{at} の本人の報告のみによる）。このキャンペーンではそれ以上を求めていません。',
  },
  'confirmed-unprovable': {
    en: 'It confirmed {target} at {at}. It has no TPM whose evidence could prove it, and this campaign takes nothing less.',
    ja: '{at} に {target} を確定しましたが、証明できる TPM がありません。このキャンペーンは証拠だけを認めます。',
  },
  'confirmed-unmanifested': {
    en: 'It confirmed {target} at {at}; its signed manifest is awaited, which it sends when it asks next.',
    ja: '{at} に {target} を確定しました。次の問い合わせで送られる署名付きマニフェストを待っています。',
  },
  'rolled-back': {
    en: 'It went back by itself after the update: {code} {said}',
    ja: '更新後、自動的に元に戻りました：{code} {said}',
  },
  refused: { en: 'It refused the update: {code} {said}', ja: '更新を拒否しました：{code} {said}' },
  'verdict-fell': {
    en: 'After the update it was no longer trusted as before ({findings}).',
    ja: '更新後、以前ほど信頼できなくなりました（{findings}）。',
  },
  silent: {
    en: 'It was assigned {target} at {at} and has not been proven since.',
    ja: '{at} に {target} を割り当てましたが、その後まだ証明されていません。',
  },
  'going-back': {
    en: 'It is told to go back to what it ran before.',
    ja: '以前の状態に戻すよう指示しています。',
  },
  'went-back': { en: 'It went back to what it ran before.', ja: '以前の状態に戻りました。' },
  'cannot-go-back': {
    en: 'It has confirmed release counter {burnt}: it cannot go back, and takes a newer release.',
    ja: 'リリースカウンター {burnt} を確定済みのため戻せません。より新しいリリースが必要です。',
  },
} as const satisfies Readonly<Record<string, Template>>;

export type ReasonCode = keyof typeof reasonTemplates;

export function reason(code: ReasonCode, parameters: Reason['parameters'] = {}): Reason {
  return { code, parameters };
}

/** Why a campaign is paused, as its devices and its operators are told. */
export function pausedReason(
  cause: PauseCause | { readonly code: 'operator'; readonly by: string; readonly reason: string },
): Reason {
  switch (cause.code) {
    case 'operator':
      return reason('paused-by-operator', { who: cause.by.replace(/^operator:/, ''), why: cause.reason });
    case 'too-many-failed': {
      const { failed, of, tolerated } = cause;
      return reason('paused-by-failures', {
        failed,
        of,
        tolerated,
        kind: cause.kind === '' ? '' : `[${cause.kind}] `,
      });
    }
    case 'release-withdrawn':
      return reason('paused-by-withdrawal', { target: cause.target });
    case 'quorum-missed': {
      const { proven, of, quorum } = cause;
      return reason('paused-by-quorum', { proven, of, quorum });
    }
  }
}

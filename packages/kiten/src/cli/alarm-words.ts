import { type FaultKind, faultKinds, faultKindWords } from '@kiten/measurement';
import { counted } from './output.ts';

/** What an explanation says, in the language of whoever reads it. */
export interface AlarmWords {
  readonly kinds: Readonly<Record<FaultKind, string>>;
  readonly none: string;
  readonly began: (moment: string, row: number, raisedAfter: number) => string;
  readonly since: (moment: string) => string;
  readonly kind: (kind: string, percent: number) => string;
  readonly carriers: (names: string) => string;
  readonly course: (channel: string, said: string, expected: string) => string;
  /** What could have been added at once, and evenly, by the end of so many rows. */
  readonly unseen: (channel: string, bias: string, drift: string, rows: number) => string;
  readonly drift: string;
  readonly said: string;
  readonly expected: string;
}

const kindsIn = (language: 'en' | 'ja') =>
  Object.fromEntries(faultKinds.map((kind) => [kind, faultKindWords[kind][language]])) as Record<
    FaultKind,
    string
  >;

export const alarmWords: Readonly<Record<'en' | 'ja', AlarmWords>> = {
  en: {
    kinds: kindsIn('en'),
    none: 'There is no alarm in these readings.',
    began: (moment, row, after) =>
      `It began at ${moment} (row ${row}) and was noticed ${after === 0 ? 'in the same row' : `${counted(after, 'row', 'rows')} later`}.`,
    since: (moment) => `Since ${moment}.`,
    kind: (kind, percent) => `Probably: ${kind}; ${percent} % sure.`,
    carriers: (names) => `Carried by: ${names}.`,
    course: (channel, said, expected) =>
      `${channel} said ${said} on the mean; by the other sensors it should have been ${expected}.`,
    unseen: (channel, bias, drift, rows) =>
      `Without an alarm, at most ${bias} could have been added to ${channel} for ${rows} rows, or ${drift} by growing evenly.`,
    drift: 'drift since the profile was learned, in standard deviations and as it is read',
    said: 'said',
    expected: 'expected',
  },
  ja: {
    kinds: kindsIn('ja'),
    none: 'この測定値に警報はありません。',
    began: (moment, row, after) =>
      `${moment}（${row} 行目）に始まり、${after === 0 ? '同じ行で' : `${after} 行後に`}検知されました。`,
    since: (moment) => `${moment} から。`,
    kind: (kind, percent) => `推定：${kind}。確度 ${percent} %。`,
    carriers: (names) => `原因のチャネル：${names}。`,
    course: (channel, said, expected) =>
      `${channel} の報告値は平均 ${said} でした。ほかのセンサーから見ると、${expected} のはずです。`,
    unseen: (channel, bias, drift, rows) =>
      `${channel} に加えても警報にならないのは、${rows} 行の間一定なら ${bias} まで、徐々に増やすなら最終行で ${drift} までです。`,
    drift: 'プロファイル学習時からのずれ（標準偏差と測定値）',
    said: '報告値',
    expected: '期待値',
  },
};

/** Seconds as a moment, where they count from 1970 and not from the beginning of a table. */
export const momentOf = (seconds: number): string =>
  seconds > 1e8 ? new Date(seconds * 1000).toISOString() : `${seconds} s`;

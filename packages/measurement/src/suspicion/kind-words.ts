import type { Template } from '@kiten/trust';
import type { FaultKind } from './kind.ts';

/** What each kind is called, for people. */
export const faultKindWords: Readonly<Record<FaultKind, Template>> = {
  bias: { en: 'something was added, at once (bias)', ja: '一定の値が突然加えられた（バイアス）' },
  drift: { en: 'something was added that grew (drift)', ja: '加えられた値が次第に大きくなった（ドリフト）' },
  freeze: { en: 'one value was held (freeze)', ja: '同じ値のまま止まった（フリーズ）' },
  gain: {
    en: 'what it measures was told larger or smaller (gain)',
    ja: '実際より大きく、または小さく報告された（ゲイン）',
  },
  replacement: {
    en: 'another sensor in its place (replacement)',
    ja: '別のセンサーに置き換えられた（交換）',
  },
  noise: { en: 'disturbed or jammed (noise)', ja: '妨害またはジャミングを受けた（ノイズ）' },
  alias: {
    en: 'a vibration that sampling folds down (alias)',
    ja: 'サンプリングで折り返された振動が混入した（エイリアス）',
  },
  replay: { en: 'a recording was played back (replay)', ja: '記録した値が再生された（リプレイ）' },
  swap: { en: 'two sensors answered for each other (swap)', ja: '二つのセンサーが入れ替わった（スワップ）' },
  jump: { en: 'single readings out of place (jump)', ja: '単発の異常値（ジャンプ）' },
  forgery: {
    en: 'said by somebody else: a signature does not hold (forgery)',
    ja: '第三者による偽造。署名を検証できない（偽造）',
  },
  silence: {
    en: 'no readings for longer, or more often, than ever (silence)',
    ja: '測定値の欠落がこれまでになく長い、または多い（沈黙）',
  },
  disagreement: {
    en: 'sensors contradict each other (disagreement)',
    ja: 'センサー同士が矛盾している（不一致）',
  },
  unknown: { en: 'none of the known kinds', ja: '既知の種類に当てはまらない' },
};

/** The same of an alarm that lasts, and may still turn out to be something. */
export const faultKindWordsSoFar: typeof faultKindWords = {
  ...faultKindWords,
  unknown: {
    en: 'not known yet, or none of the known kinds',
    ja: 'まだ不明、または既知の種類に当てはまらない',
  },
};

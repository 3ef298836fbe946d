import { wordsOf } from '../../../i18n/words.ts';

/** Of lessons, whether of a stream or of streams against each other. */
export const words = wordsOf(
  {
    length: 'For how long',
    hour: 'an hour',
    day: 'a day',
    week: 'a week',
    month: 'four weeks',
    accept: 'Judge by it as soon as it is learned',
    until: 'Is being learned until',
    rows: '{rows} rows so far',
    'rows-of': '{rows} of {most} rows so far',
    accepts: 'it is judged by that at once',
  },
  {
    length: '学習期間',
    hour: '1 時間',
    day: '1 日',
    week: '1 週間',
    month: '4 週間',
    accept: '学習が終わり次第、判定に使う',
    until: '学習の終了予定：',
    rows: 'これまでに {rows} 行',
    'rows-of': 'これまでに {most} 行中 {rows} 行',
    accepts: '終わり次第、判定に使う',
  },
);

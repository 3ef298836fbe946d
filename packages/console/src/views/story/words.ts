import { wordsOf } from '../../i18n/words.ts';

export const words = wordsOf(
  {
    title: 'The story so far',
    lead: 'This site is a demonstration. Its devices are simulated, but their keys, certificates and connections are real, and so is all that the site does about them.',
    waiting: 'The story begins in a moment.',
    more: 'The next chapter comes by itself.',
    over: 'The story is told. The plant goes on: try what the chapters propose.',
    chapter: 'Chapter {number} of {length}',
    why: 'Why',
    done: 'What was done',
    next: 'What to try',
    device: 'See {device}',
    copy: 'Copy',
    banner: 'Story, {number} of {length}',
    'read-on': 'Read on',
  },
  {
    title: 'ここまでの物語',
    lead: 'このサイトはデモです。デバイスはシミュレーションですが、鍵、証明書、接続は本物であり、サイトの対応もすべて本物です。',
    waiting: '物語はまもなく始まります。',
    more: '次の章は自動的に始まります。',
    over: '物語はここまでです。プラントの稼働は続きます。各章で提案した操作を試してください。',
    chapter: '第 {number} 章（全 {length} 章）',
    why: '理由',
    done: '対応',
    next: '試してみる',
    device: '{device} を見る',
    copy: 'コピー',
    banner: '物語 {number}/{length}',
    'read-on': '続きを読む',
  },
);

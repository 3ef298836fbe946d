import { wordsOf } from '../../../i18n/words.ts';

/** Of one stream, and what somebody may do about it. */
export const words = wordsOf(
  {
    device: 'Device',
    topic: 'Topic',
    declaration: 'Declaration',
    learn: 'Learn',
    'learn-anew': 'Learn anew',
    'learn-title': 'Learn what is normal of {stream}?',
    'learn-effect':
      'What comes from now on has to be free of attacks. Until something else is accepted, it is judged as before.',
    'learn-instead': 'What is being learned now, or waits to be accepted, goes.',
    learning: '{stream} is being learned.',
    stop: 'Stop learning',
    'stop-title': 'Stop learning {stream}?',
    'stop-effect': 'The {rows} rows that were gathered go. It is judged as before it was being learned.',
    stopped: '{stream} is not being learned any more.',
    accept: 'Accept what was learned',
    'accept-title': 'Judge {stream} by what was learned?',
    'accept-effect': 'The profile {digest} is what it is judged by from now on. It stands in the log.',
    accepted: '{stream} is judged by what was learned.',
    refuse: 'Refuse what was learned',
    'refuse-title': 'Refuse what was learned of {stream}?',
    'refuse-effect':
      'The profile {digest} is not used. It is judged as before; the refusal stands in the log.',
    'refuse-effect-none':
      'The profile {digest} is not used. It is not judged until it is learned anew; the refusal stands in the log.',
    refused: 'What was learned of {stream} was refused.',
    forget: 'Forget this stream',
    'forget-title': 'Forget {stream}?',
    'forget-effect':
      'What was learned of it goes; what was found against it stays until somebody clears it. Relations that name it compare nothing without it. Should readings come after all, the stream appears anew and has to be learned.',
    forgotten: '{stream} is forgotten.',
    remove: 'Judge no more',
    'remove-title': 'Judge the readings on {declaration} no more?',
    'remove-effect':
      'The declaration {declaration} goes, and with it what was learned of each of its streams ({count}): {streams}. What was found of them counts for the whole device again.',
    removed: '{declaration} is not declared any more.',
  },
  {
    device: 'デバイス',
    topic: 'トピック',
    declaration: '宣言',
    learn: '学習する',
    'learn-anew': '学習し直す',
    'learn-title': '{stream} の通常の状態を学習しますか',
    'learn-effect':
      '学習中に届く測定値は、攻撃を受けていないものでなければなりません。新しい学習結果が採用されるまでは、これまでどおり判定します。',
    'learn-instead': '進行中の学習、または採用待ちの学習結果は破棄されます。',
    learning: '{stream} の学習を開始しました。',
    stop: '学習を中止する',
    'stop-title': '{stream} の学習を中止しますか',
    'stop-effect': '集めた {rows} 行は破棄されます。判定は学習を始める前と同じように続きます。',
    stopped: '{stream} の学習を中止しました。',
    accept: '学習結果を採用する',
    'accept-title': '{stream} の判定に学習結果を使いますか',
    'accept-effect': '今後はプロファイル {digest} に基づいて判定します。採用はログに記録されます。',
    accepted: '{stream} の学習結果を採用しました。',
    refuse: '学習結果を採用しない',
    'refuse-title': '{stream} の学習結果を不採用にしますか',
    'refuse-effect':
      'プロファイル {digest} は使われません。判定はこれまでどおり続きます。不採用はログに記録されます。',
    'refuse-effect-none':
      'プロファイル {digest} は使われません。学習し直すまで判定は行われません。不採用はログに記録されます。',
    refused: '{stream} の学習結果を不採用にしました。',
    forget: 'このストリームを削除する',
    'forget-title': '{stream} を削除しますか',
    'forget-effect':
      '学習結果は削除されます。不利な検出事項は、誰かが解除するまで残ります。このストリームを含む比較は行われなくなります。再び測定値が届いた場合は新しいストリームとして現れ、学習が必要になります。',
    forgotten: '{stream} を削除しました。',
    remove: '判定をやめる',
    'remove-title': '{declaration} の測定値の判定をやめますか',
    'remove-effect':
      '宣言 {declaration} と、その全ストリーム（{count} 本）の学習結果が削除されます：{streams}。これまでの検出事項は、デバイス全体のものとして扱われます。',
    removed: '{declaration} の宣言を取り消しました。',
  },
);

import { roster } from './roster.ts';
import { logged, type Scene } from './stage.ts';

/** `mosquitto_pub` in the name of a simulated device, whose files the fleet has put below the data directory. */
const publishAs = (device: string, more: string): string =>
  `mosquitto_pub -h localhost -p {port} --cafile {ca} --cert {files}/${device}/cert.pem --key {files}/${device}/key.pem ${more}`;

/**
 * The story of the demonstration. Whatever happens in it happens to the site as it would in earnest: by MQTT clients, by
 * EST, by what an operator asks of the API; the findings are those of the appraisers that every site has. In commands,
 * `{data}`, `{ca}`, `{files}` and `{port}` stand for those of the running site.
 */
export const scenes: readonly Scene[] = [
  {
    id: 'at-work',
    after: 2,
    title: { en: 'A plant at work', ja: '稼働中のプラント' },
    happened: {
      en: `${roster.length} devices of four kinds have made keys, enrolled with one-time tokens and begun to publish. The control room reads them.`,
      ja: `4 種類、${roster.length} 台のデバイスがそれぞれ鍵を作り、ワンタイムトークンで登録し、発行を始めました。制御室がそれを読んでいます。`,
    },
    why: {
      en: 'Each certificate is on a key that the device itself made: its identity is affirmed, and nothing else is known about it yet.',
      ja: '証明書はデバイス自身が作った鍵に対して発行されています。身元は肯定され、そのほかはまだ何も分かっていません。',
    },
    done: {
      en: 'Every message is judged by the trust of its sender and of its receiver.',
      ja: 'すべてのメッセージは送信者と受信者の信頼に基づいて判定されます。',
    },
    next: {
      en: 'Publish as one of the pumps. Then try a topic that is another pump’s.',
      ja: 'ポンプの一台として発行してみてください。次に、別のポンプのトピックを試してください。',
    },
    commands: [
      publishAs('pump-1', '-V mqttv5 -i pump-1/me -q 1 -t d/pump-1/note -m hello'),
      publishAs('pump-1', '-V mqttv5 -i pump-1/me -q 1 -t d/pump-2/note -m hello'),
      'npx kiten device list --data {data}',
    ],
  },
  {
    id: 'copied-key',
    after: 18,
    device: 'door-east',
    play: ({ order }) => order({ do: 'use-elsewhere', device: 'door-east' }),
    outcome: logged('finding/recorded', 'door-east', { code: 'gateway/credential-in-two-places' }),
    title: { en: 'A copied key', ja: '複製された鍵' },
    happened: {
      en: 'Somebody used the key of door-east from another address, while the door itself was connected.',
      ja: 'door-east が接続している間に、別のアドレスから同じ鍵が使われました。',
    },
    why: {
      en: 'A device is in one place at a time. Which of the two is the door can’t be told, so neither is believed: instance-identity is contraindicated.',
      ja: 'デバイスは同時に一か所にしか存在しません。どちらが本物のドアかは判別できないため、どちらも信用しません。instance-identity は contraindicated になりました。',
    },
    done: {
      en: 'Both connections were cut at once. door-east may attest, be updated and enrol anew, and nothing else.',
      ja: '両方の接続を直ちに切断しました。door-east にできるのは構成証明、更新、再登録だけです。',
    },
    next: {
      en: 'Read the finding. Then do the same to door-west: use its key from another address of this machine.',
      ja: '所見を読んでください。続いて door-west でも、このマシンの別のアドレスから同じ鍵を使ってみてください。',
    },
    commands: [
      'npx kiten verdict show door-east --data {data}',
      publishAs('door-west', '-A 127.0.0.3 -V mqttv5 -i door-west/copy -q 1 -t d/door-west/state -m closed'),
    ],
  },
  {
    id: 'new-key',
    after: 15,
    device: 'door-east',
    async play({ site, order }) {
      const reason = 'The key was copied. The door gets a new one.';
      await site.send('POST', '/devices/door-east/revoke', { reason });
      const { token } = await site.send<{ token: string }>('POST', '/tokens', {
        device: 'door-east',
        group: 'door',
      });
      order({ do: 'enrol-anew', device: 'door-east', token });
    },
    outcome: logged('device/enrolled', 'door-east'),
    title: { en: 'Healed by a new key', ja: '新しい鍵での復帰' },
    happened: {
      en: 'The operator revoked door-east and gave it a new one-time token. The door made a new key and enrolled with it.',
      ja: 'オペレーターが door-east を失効させ、新しいワンタイムトークンを渡しました。ドアは新しい鍵を作り、登録し直しました。',
    },
    why: {
      en: 'The old certificate is refused at every handshake, the copy’s resumed sessions included. The finding stands until an operator clears it: waiting doesn’t restore trust.',
      ja: '古い証明書は、複製側の再開セッションも含め、すべてのハンドシェイクで拒否されます。所見はオペレーターが解除するまで残ります。待つだけでは信頼は戻りません。',
    },
    done: {
      en: 'The revocation, its reason, the token and the enrolment are in the log.',
      ja: '失効とその理由、トークン、登録はすべてログに残っています。',
    },
    next: {
      en: 'The operator’s last step is yours: clear the finding, with the reason. The door is back the moment you do.',
      ja: '最後の一手はお任せします。理由を添えて所見を解除してください。その瞬間にドアは復帰します。',
    },
    commands: [
      "npx kiten device clear door-east --finding gateway/credential-in-two-places --reason 'new key, the copy is dead' --data {data}",
      'npx kiten log show --last 8 --data {data}',
    ],
  },
  {
    id: 'probing',
    after: 15,
    device: 'meter-2',
    play: ({ order }) => order({ do: 'probe', device: 'meter-2', topics: 20 }),
    outcome: logged('finding/recorded', 'meter-2', { code: 'gateway/topic-probing' }),
    title: { en: 'A meter that commands', ja: '指令を出すメーター' },
    happened: {
      en: 'Something on meter-2 tried to command twenty other devices.',
      ja: 'meter-2 上の何かが、ほかの 20 台のデバイスに指令を送ろうとしました。',
    },
    why: {
      en: 'Each command was refused: a meter has no business below c/. That many refusals on so many topics are a finding of their own: a warning on what it executes.',
      ja: '指令はすべて拒否されました。メーターに c/ 以下への権利はありません。多くのトピックでこれだけ拒否が続くこと自体が所見となり、executables に warning が付きました。',
    },
    done: {
      en: 'Nothing was cut: a warning could be a mistake in a configuration, and the meter still measures. It is shown, counted and in the log.',
      ja: '切断はしていません。設定の誤りかもしれず、メーターは計測を続けています。警告は表示され、数えられ、ログに残ります。',
    },
    next: {
      en: 'Look at what was refused, and to whom it would have gone.',
      ja: '何が拒否され、どこへ届くはずだったのかを確認してください。',
    },
    commands: [
      'npx kiten device denials meter-2 --data {data}',
      publishAs('meter-3', '-V mqttv5 -i meter-3/tool -q 1 -t c/pump-1/set -m stop'),
    ],
  },
  {
    id: 'search',
    after: 15,
    device: 'meter-2',
    play: ({ order }) => order({ do: 'probe', device: 'meter-2', topics: 60 }),
    outcome: logged('finding/recorded', 'meter-2', { code: 'gateway/topic-search' }),
    title: { en: 'No mistake any more', ja: 'もはや誤りではない' },
    happened: {
      en: 'It went on, topic after topic, sixty of them.',
      ja: '試行はさらに続き、60 のトピックに及びました。',
    },
    why: {
      en: 'No configuration goes wrong like that. Executables is contraindicated: something runs on this meter that should not.',
      ja: '設定の誤りでこうはなりません。executables は contraindicated です。このメーターでは、動くべきでないものが動いています。',
    },
    done: {
      en: 'meter-2 was cut. What it had published and was not delivered yet is withheld, its will included.',
      ja: 'meter-2 を切断しました。発行済みでまだ届いていないメッセージは、遺言も含めて差し止められます。',
    },
    next: {
      en: 'Ask for the proof of that verdict, and check it without the site.',
      ja: 'この判定の証明を取り出し、サイトに頼らずに検証してください。',
    },
    commands: [
      'npx kiten verdict export meter-2 --out meter-2.cbor --data {data}',
      'npx kiten verdict trust --out trust.json --data {data}',
      'npx kiten verdict check meter-2.cbor --trust trust.json',
    ],
  },
  {
    id: 'maintenance',
    after: 15,
    device: 'pump-4',
    play: ({ site }) =>
      site.send<void>('POST', '/devices/pump-4/quarantine', {
        reason: 'Its door was found open; somebody looks at it.',
      }),
    outcome: logged('device/quarantined', 'pump-4'),
    title: { en: 'A pump set aside', ja: '切り離されたポンプ' },
    happened: {
      en: 'An operator quarantined pump-4: its cabinet was found open.',
      ja: 'オペレーターが pump-4 を隔離しました。制御盤の扉が開いていたためです。',
    },
    why: {
      en: 'Its vector has not changed: nothing was found. A quarantine is a person’s decision, and stands beside the evidence.',
      ja: 'ベクトルは変わっていません。所見がないからです。隔離は人の判断であり、証拠とは別に扱われます。',
    },
    done: {
      en: 'The pump reconnects as it always does, and reaches nothing but attestation and updates.',
      ja: 'ポンプはいつもどおり再接続しますが、構成証明と更新のほかには何にも到達できません。',
    },
    next: { en: 'Release it.', ja: '解除してください。' },
    commands: [
      "npx kiten device release pump-4 --reason 'looked at, in order' --data {data}",
      'npx kiten log verify --data {data}',
    ],
  },
  {
    id: 'observe',
    after: 15,
    device: 'meter-4',
    async play({ site, order }) {
      const reason = 'New firmware on trial: look before enforcing.';
      await site.send('PUT', '/groups/meter', { mode: 'observe', reason });
      order({ do: 'publish-elsewhere', device: 'meter-4' });
    },
    outcome: ({ type, data }) => type === 'denied' && data.device === 'meter-4' && data.enforced === false,
    title: { en: 'Look before enforcing', ja: '適用する前に見る' },
    happened: {
      en: 'The operator let the meters’ group observe, and put a new firmware on meter-4. It publishes below plant/, which no policy permits.',
      ja: 'オペレーターがメーターのグループを観察モードに切り替え、meter-4 に新しいファームウェアを入れました。このファームウェアは、どのポリシーも許可していない plant/ の下に発行します。',
    },
    why: {
      en: 'In a group that observes, what policy would refuse passes, is counted and shown. What an operator decided is enforced all the same.',
      ja: '観察モードのグループでは、ポリシーが拒否するはずの操作も通り、数えられ、表示されます。オペレーターの決定は変わらず適用されます。',
    },
    done: {
      en: 'Nothing was refused, and nobody has to guess what enforcing would break.',
      ja: '何も拒否されていません。適用すると何が止まるのかを、推測する必要もありません。',
    },
    next: {
      en: 'Read what enforcing would break. Then enforce again.',
      ja: '適用すると何が止まるかを確認し、適用モードに戻してください。',
    },
    commands: [
      'npx kiten group report meter --data {data}',
      "npx kiten group set meter --mode enforce --reason 'the trial is over' --data {data}",
    ],
  },
  {
    id: 'brake',
    after: 15,
    async play({ site, order }) {
      const reason = 'Five cold rooms: two at a time are enough.';
      await site.send('PUT', '/groups/cold-room', { brake: { least: 2 }, reason });
      for (const { id, kind } of roster)
        if (kind === 'cold-room') order({ do: 'probe', device: id, topics: 60 });
    },
    outcome: ({ type, data }) =>
      type === 'brake' && data.group === 'cold-room' && data.code === 'gateway/topic-search',
    title: { en: 'The brake', ja: 'ブレーキ' },
    happened: {
      en: 'One cold room after the other begins to command everything around it, all in the same way.',
      ja: '冷蔵室が次々と、まったく同じように周囲のすべてへ指令を送り始めました。',
    },
    why: {
      en: 'Either something spreads, or one mistake is everywhere. Cutting the whole group could do more harm than either: that is for a person to say.',
      ja: '何かが広がっているのか、同じ誤りが全体にあるのか。グループ全体を切断すれば、そのどちらよりも大きな害になりかねません。それを決めるのは人です。',
    },
    done: {
      en: 'The first were cut. The others are shown as they are, contraindicated, and held: they go on working until somebody decides.',
      ja: '最初の数台は切断しました。残りは contraindicated と表示したうえで保留し、人が決めるまで稼働を続けます。',
    },
    next: {
      en: 'Decide: confirm, and all that is held is cut; release, and it stays as it is, on record.',
      ja: '決めてください。confirm なら保留中の対象をすべて切断し、release なら記録を残して現状を維持します。',
    },
    commands: [
      'npx kiten brake list --data {data}',
      "npx kiten brake confirm {id} --reason 'it spreads: cut them' --data {data}",
    ],
  },
  {
    id: 'broken-glass',
    after: 15,
    async play({ site, invited }) {
      const reason = 'The demonstration needs a second person.';
      const { link } = await site.send<{ link: string }>('POST', '/operators', {
        name: 'shift-lead',
        role: 'operator',
        reason,
      });
      const { approval } = await site.send<{ approval: { id: string } }>('POST', '/exceptions', {
        group: 'cold-room',
        seconds: 600,
        reason: 'The vaccines have to stay cold while the technician is on the way.',
      });
      const second = await invited(link);
      await second.send('POST', `/approvals/${approval.id}/approve`, {
        reason: 'I have looked at it myself.',
      });
    },
    outcome: ({ type }) => type === 'exception',
    title: { en: 'Breaking the glass', ja: '非常措置' },
    happened: {
      en: 'The goods in the cold rooms can’t wait. One operator asked for an exception of ten minutes, and another one agreed.',
      ja: '冷蔵室の品物は待てません。オペレーターの一人が 10 分間の例外を申請し、別の一人が承認しました。',
    },
    why: {
      en: 'The verdicts are as bad as before. Two people took it upon themselves to let the cold rooms work all the same, each with a reason.',
      ja: '判定は悪いままです。それでも冷蔵室を動かすことを、二人がそれぞれ理由を添えて引き受けました。',
    },
    done: {
      en: 'The exception is shown on every view, stands in the log, and ends by itself.',
      ja: '例外はすべての画面に表示され、ログに残り、時間が来れば自動的に終わります。',
    },
    next: {
      en: 'Look who agreed to what. One person may end it before its time.',
      ja: '誰が何を承認したのかを確認してください。終了させるのは一人でもできます。',
    },
    commands: [
      'npx kiten break-glass list --data {data}',
      "npx kiten break-glass end {id} --reason 'the technician is there' --data {data}",
    ],
  },
];

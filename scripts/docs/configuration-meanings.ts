/** What keys of `kiten.toml` are for, those together that go together. */
export interface ConfigurationMeaning {
  readonly keys: readonly string[];
  readonly en: string;
  readonly ja: string;
}

export const configurationMeanings: readonly ConfigurationMeaning[] = [
  {
    keys: ['site.names'],
    en: 'host names and addresses that devices know the site by, besides `localhost`',
    ja: '`localhost` のほかに、デバイスがサイトに接続するときのホスト名とアドレス',
  },
  {
    keys: ['console.port'],
    en: 'console and API, on this machine only',
    ja: 'コンソールと API（このマシンからのみ）',
  },
  {
    keys: ['console.hosts', 'console.https_port', 'console.names', 'console.certificate', 'console.key'],
    en: 'console and API beyond this machine: by HTTPS alone, with a certificate of yours for these names; all but the port together',
    ja: 'このマシンの外へのコンソールと API：HTTPS のみ。これらの名前の証明書を用意する（ポート以外はまとめて指定）',
  },
  {
    keys: ['console.session_hours', 'console.idle_minutes'],
    en: 'how long a browser stays signed in: at most, and without a request',
    ja: 'ブラウザーがサインインしたままでいられる時間：最長の時間と、操作がないときの分数',
  },
  {
    keys: ['oidc.issuer', 'oidc.client_id', 'oidc.client_secret_file', 'oidc.roles'],
    en: 'an identity provider (OpenID Connect) by which operators may sign in, and the role that each group there gives; its return address is `…/api/v1/sign-in/oidc/callback`',
    ja: 'オペレーターがサインインに使える ID プロバイダー（OpenID Connect）と、そのグループごとの役割。戻り先は `…/api/v1/sign-in/oidc/callback`',
  },
  {
    keys: ['oidc.name', 'oidc.scope', 'oidc.groups_claim'],
    en: "what people call it, what it is asked for, and where it lists somebody's groups",
    ja: '画面での呼び名、要求するスコープ、グループが入っているクレーム',
  },
  {
    keys: ['device.hosts', 'device.port'],
    en: 'where enrolment listens',
    ja: '登録を受け付けるアドレスとポート',
  },
  {
    keys: ['mqtt.hosts', 'mqtt.port'],
    en: 'where MQTT listens',
    ja: 'MQTT を受け付けるアドレスとポート',
  },
  {
    keys: ['mqtt.refused_publish'],
    en: 'or `"close"`: what an MQTT 3.1.1 client sees of a refusal',
    ja: '`"close"` にすると、拒否された MQTT 3.1.1 の接続を閉じる',
  },
  {
    keys: ['mqtt.queue_overflow'],
    en: 'or `"drop-oldest"`, `"end-session"`: what happens when more than a million messages wait for a client',
    ja: 'クライアントを待つメッセージが 100 万件を超えたときの扱い。`"drop-oldest"`、`"end-session"` も可',
  },
  {
    keys: ['mqtt.keep_alive_limit_seconds'],
    en: 'longest keep-alive',
    ja: 'keep-alive の上限',
  },
  {
    keys: ['gateway.workers'],
    en: 'threads that share the MQTT ports, up to 64: how many connections and messages pass grows with the processors that there are for them ([workers.md](workers.md))',
    ja: 'MQTT のポートを分け合うスレッドの数（64 まで）。空いている CPU コアの数に応じて、受けられる接続とメッセージが増える（[workers.md](workers.md)）',
  },
  {
    keys: ['proxy.from'],
    en: 'load balancers before the devices’ ports: from these addresses and networks each connection begins with a PROXY header (version 1 or 2), from all others none may',
    ja: 'デバイス用ポートの前に置くロードバランサー。ここに挙げたアドレスやネットワークからの接続は PROXY ヘッダー（バージョン 1 または 2）で始まること。ほかからのヘッダーは拒否する',
  },
  {
    keys: ['passwords.port', 'passwords.hosts'],
    en: 'where devices that know only a password are let in, over TLS',
    ja: 'パスワードしか持たないデバイスを TLS で受け入れるポート',
  },
  {
    keys: ['passwords.plain_port', 'passwords.plain_hosts'],
    en: 'the same without TLS: whoever is on the way reads passwords and messages',
    ja: 'TLS を使わない同様のポート。経路上の誰でもパスワードとメッセージを読める',
  },
  {
    keys: ['certificates.device_lifetime_days'],
    en: "how long a device's certificate lasts",
    ja: 'デバイス証明書の有効日数',
  },
  {
    keys: ['certificates.named[].name', 'certificates.named[].key', 'certificates.named[].certificate'],
    en: 'certificates (PEM files) for devices that ask for a host name (SNI); `kiten reload`, or SIGHUP to a service, reads them again and cuts nobody',
    ja: 'ホスト名を指定して（SNI）接続するデバイスに示す証明書（PEM ファイル）。`kiten reload`、またはサービスへの SIGHUP で読み直し、誰の接続も切らない',
  },
  {
    keys: ['manufacturers[].name', 'manufacturers[].root', 'manufacturers[].group'],
    en: 'manufacturers whose certificates may enrol',
    ja: '製造者証明書による登録を認める製造者',
  },
  {
    keys: ['log.level'],
    en: 'how much goes to `kiten.log`, or to standard error',
    ja: '動作ログ（`kiten.log` または標準エラー出力）のレベル',
  },
  {
    keys: ['log.checkpoint_seconds'],
    en: 'how often a checkpoint is signed',
    ja: 'チェックポイントに署名する間隔',
  },
  {
    keys: ['log.entries'],
    en: 'or `"public"`: who may read entries over HTTP; hashes and checkpoints are for everybody',
    ja: 'HTTP でエントリーを読める人。`"public"` なら誰でも。ハッシュとチェックポイントは常に公開',
  },
  {
    keys: ['log.time_stamp_url', 'log.time_stamp_roots', 'log.time_stamp_minutes'],
    en: 'who stamps checkpoints with a time (RFC 3161), and the roots (PEM) that are believed',
    ja: 'チェックポイントに時刻を押す認証局（RFC 3161）と、信頼するルート（PEM）',
  },
  {
    keys: ['retention.evidence_days', 'retention.traffic_days'],
    en: 'how long the content of evidence, and the counts of traffic and refusals, are kept; until an administrator sets it in the console',
    ja: '証拠の中身と通信と拒否の集計を残す日数（管理者がコンソールで設定するまで）',
  },
  {
    keys: [
      'events[].name',
      'events[].url',
      'events[].format',
      'events[].types',
      'events[].ca',
      'events[].secret_file',
    ],
    en: 'a receiver of events (`[[events]]`, 8 at most): `syslog+udp://`, `syslog+tcp://`, `syslog+tls://` (RFC 5424) or a webhook signed as Standard Webhooks says; `format` is `kiten` or `ocsf`; `kiten events test` tries it',
    ja: 'イベントの送り先（`[[events]]`、最大 8 件）。`syslog+udp://`、`syslog+tcp://`、`syslog+tls://`（RFC 5424）、または Standard Webhooks 方式で署名する Webhook。`format` は `kiten` か `ocsf`。`kiten events test` で試せる',
  },
  {
    keys: ['store.url', 'store.password_file', 'store.password_env'],
    en: 'PostgreSQL in place of the file in the data directory (`postgres://kiten@localhost:5432/kiten`), and where its password is: the first line of a file, or an environment variable',
    ja: 'データディレクトリのファイルの代わりに使う PostgreSQL（`postgres://kiten@localhost:5432/kiten`）と、そのパスワードの場所（ファイルの 1 行目、または環境変数）',
  },
  {
    keys: ['quotas.disk_free_mib'],
    en: 'free MiB on the disk below which the site warns; below a quarter of it, it is not ready',
    ja: 'ディスクの空きがこの MiB を下回ると警告。その 4 分の 1 を下回ると準備完了でなくなる',
  },
  {
    keys: ['quotas.store_mib', 'quotas.log_mib', 'quotas.sessions_mib', 'quotas.evidence_mib'],
    en: 'MiB that these should not outgrow; warned of from four fifths on, `0` is never',
    ja: 'それぞれの容量の目安（MiB）。8 割から警告。`0` は目安なし',
  },
  {
    keys: ['approvals.actions', 'approvals.hours'],
    en: 'what takes two people besides breaking the glass, and how long a request waits for the second',
    ja: '緊急解除のほかに 2 人の承認を要する操作と、承認を待つ時間',
  },
  {
    keys: ['verdicts.validity_hours'],
    en: 'how long an exported verdict holds',
    ja: '書き出した判定の有効時間',
  },
];

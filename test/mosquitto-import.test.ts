import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten, run, TestSite } from './kiten.ts';
import { Mosquitto } from './mosquitto.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('mosquitto_pub', 'mosquitto-clients'),
  requireTool('mosquitto_passwd', 'mosquitto'),
  requireTool('mosquitto', 'mosquitto'),
].every(Boolean);

const acl = `# for whoever has no name
topic read news/#

user alice
topic readwrite home/alice/#
topic deny home/alice/secret
topic write sensors/+/alice
topic read d/bob/#

user bob
topic home/bob
topic write d/bob/power
topic read news/#

user carol
topic write home/carol

pattern write sensors/%u/temp
pattern read clients/%c/state
nonsense here
`;
const secrets = { alice: 'wonderland', bob: 'builder 7', 'eve smith': 'x' };

describe.skipIf(!tools)('a Mosquitto fleet that moves over', () => {
  let site: TestSite;
  let folder: string;
  let passwords: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
    passwords = join(folder, 'passwords');
    await writeFile(passwords, 'mallory:plain text\n');
    const [alice, ...others] = Object.entries(secrets);
    await run('mosquitto_passwd', ['-b', '-H', 'sha512', passwords, ...(alice ?? [])]);
    for (const [user, secret] of others) await run('mosquitto_passwd', ['-b', passwords, user, secret]);
    await writeFile(join(folder, 'acl'), acl);
    expect(await kiten(['init', '--data', join(folder, 'site')])).toMatchObject({ code: 0 });
    await writeFile(join(folder, 'site', 'kiten.toml'), '[passwords]\nport = 8884\nplain_port = 1883\n');
    site = await TestSite.start(folder);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const files = (): string[] => ['--passwords', passwords, '--acl', join(folder, 'acl')];
  const door = (): string[] => [
    '-h',
    'localhost',
    '-p',
    (site.ready.plainPasswords ?? '').replace(/.*:/, ''),
  ];

  /** Whether a client as it was for Mosquitto, client id and all, may publish there. */
  async function mayPublish(user: 'alice' | 'bob', topic: string): Promise<boolean> {
    const who = ['-u', user, '-P', secrets[user], '-i', `firmware-of-${user}`];
    const what = ['-V', 'mqttv5', '-q', '1', '-t', topic, '-m', 'x', '-d'];
    const { stdout, stderr } = await run('mosquitto_pub', [...door(), ...who, ...what]);
    expect(stdout + stderr).toContain('PUBACK');
    return !/Not authorized/i.test(stdout + stderr);
  }

  it('is told first what would become of each line, and nothing is changed', async () => {
    const { stdout, code } = await site.kiten('import', 'mosquitto', ...files(), '--dry-run');
    expect(code).toBe(0);
    for (const line of [
      /^1 +mallory +This is no hash of mosquitto_passwd/m,
      /^4 +eve smith +A device is named by/m,
      /^2 +topic read news\/# +It is for clients without a name/m,
      /^5 +topic readwrite home\/alice\/# +In part: It publishes on a topic that is not its own/m,
      /^8 +topic read d\/bob\/# +Topics below d\/, c\/ and \$kiten\/ belong/m,
      /^16 +topic write home\/carol +“carol” is not taken over/m,
      /^19 +pattern read clients\/%c\/state +A device is known by its user name/m,
      /^20 +nonsense here +A line begins with user, topic or pattern/m,
      /^Would take over 2 devices with their passwords, 5 of 12 rules as 4 policies\. Nothing was changed\.$/m,
    ])
      expect(stdout).toMatch(line);
    expect(await site.json('device', 'list')).toEqual([]);
    expect((await site.json<{ revision: number }>('policy', 'show')).revision).toBe(1);
  });

  it('keeps its passwords, and is a warning that says so', async () => {
    const { stdout } = await site.kiten('import', 'mosquitto', ...files());
    expect(stdout).toMatch(/^Took over 2 devices/m);
    const shown = await site.json<{ groups: string[]; vector: Record<string, number> }>(
      'device',
      'show',
      'alice',
    );
    expect(shown).toMatchObject({ groups: ['password', 'mosquitto'], password: { origin: 'imported' } });
    expect(shown.vector['instance-identity']).toBe(-36);
    expect(await mayPublish('bob', 'd/bob/power')).toBe(true);
    expect(await mayPublish('alice', 'home/alice/lamp')).toBe(false);
    const wrong = ['-u', 'alice', '-P', 'looking glass', '-t', 'd/alice/x', '-m', 'x'];
    expect((await run('mosquitto_pub', [...door(), ...wrong])).code).not.toBe(0);
  });

  it('reads what it read: home/alice/# but for what is denied', async () => {
    const subscription = ['-u', 'bob', '-P', secrets.bob, '-V', 'mqttv5', '-d', '-E', '-W', '20', '-t'];
    const tried = async (filter: string) =>
      (await run('mosquitto_sub', [...door(), ...subscription, filter])).stdout;
    expect(await tried('news/#')).toMatch(/Subscribed \(mid: 1\): 0/);
    expect(await tried('home/bob')).toMatch(/Subscribed \(mid: 1\): 0/);
    expect(await tried('home/#')).not.toMatch(/Subscribed \(mid: 1\): 0/);
  });

  it('keeps its topics too where an operator says so, exactly as Mosquitto had them', async () => {
    const { stdout, stderr } = await site.kiten('import', 'mosquitto', ...files(), '--keep-topics');
    expect(stdout, stderr).toMatch(/^Took over 0 devices with their passwords, 7 of 12 rules/m);
    // It reads no line that it does not understand.
    const [known, rules] = [join(folder, 'known'), join(folder, 'rules')];
    await writeFile(known, (await readFile(passwords, 'utf8')).replace(/^mallory.*\n/m, ''));
    await writeFile(rules, acl.replace(/^nonsense.*\n/m, ''));
    await using broker = await Mosquitto.start(
      folder,
      `password_file ${known}\nacl_file ${rules}\nallow_anonymous false\n`,
    );
    const topics = [
      'home/alice',
      'home/alice/lamp',
      'home/alice/a/b',
      'home/alice/secret',
      'home/bob',
      'home/bob/x',
      'sensors/x/alice',
      'sensors/x/y/alice',
      'sensors/alice/temp',
      'sensors/bob/temp',
      'news/today',
    ];
    for (const user of ['alice', 'bob'] as const) {
      const before = await allowed(broker.port, user, topics);
      expect(before.length).toBeGreaterThan(1);
      expect(await allowed(Number(door()[3]), user, topics)).toEqual(before);
    }
    expect(await mayPublish('alice', 'd/bob/power')).toBe(false);
    expect(await mayPublish('alice', 'c/bob/set')).toBe(false);
  });

  it('can be taken over again without a change, and is hashed better by then', async () => {
    const before = await site.json<{ revision: number }>('policy', 'show');
    expect((await site.kiten('import', 'mosquitto', ...files(), '--keep-topics')).code).toBe(0);
    expect(await site.json('policy', 'show')).toEqual(before);
    await site.signal('SIGTERM');
    const store = await readFile(join(site.data, 'site.db'), 'latin1');
    expect(store.match(/\$scrypt\$ln=15,r=8,p=3\$/g)?.length).toBeGreaterThanOrEqual(2);
    await site.up();
    expect(await mayPublish('alice', 'home/alice/lamp')).toBe(true);
  });
});

/** Those of the topics that a client may publish on, by one connection of MQTT.js. */
async function allowed(port: number, user: 'alice' | 'bob', topics: readonly string[]): Promise<string[]> {
  const client = await connectAsync({
    ...{ host: 'localhost', port, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 20_000 },
    ...{ username: user, password: secrets[user], clientId: `firmware-of-${user}` },
  });
  const outcomes = await Promise.allSettled(
    topics.map((topic) => client.publishAsync(topic, 'x', { qos: 1 })),
  );
  await client.endAsync(true);
  return topics.filter((_topic, index) => outcomes[index]?.status === 'fulfilled');
}

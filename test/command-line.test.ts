import { appendFile, chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../packages/kiten/src/cli/examples.ts';
import { commandLine } from '../packages/kiten/src/cli/run.ts';
import { enrol } from '../packages/kiten/src/demo/enrol.ts';
import { devicesOf } from './busy-site.ts';
import { kiten, launcher, run, TestSite } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

describe('shell completion', () => {
  const bash = requireTool('bash', 'bash');
  const zsh = requireTool('zsh', 'zsh');
  const fish = requireTool('fish', 'fish');

  async function scriptFor(shell: string): Promise<string> {
    const { stdout } = await kiten(['completion', shell]);
    const file = join(await newFolder(), `kiten.${shell}`);
    await writeFile(file, stdout);
    return file;
  }

  it.skipIf(!bash).each([
    ['kiten dev', ['device']],
    ['kiten log wit', ['witness']],
    ['kiten log witness fo', ['follow']],
    ['kiten backup --pass', ['--passphrase-file']],
    ['kiten up --ports ', ['default', 'random']],
    ['kiten device --data x quar', ['quarantine']],
  ])('in bash goes on from “%s”', async (line, expected) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const script = `source ${await scriptFor('bash')}; compopt() { :; }; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _kiten; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run('bash', ['-c', script]);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(expect.arrayContaining(expected));
  });

  it.skipIf(!fish).each([
    ['kiten dev', 'device'],
    ['kiten log witness fo', 'follow'],
    ['kiten restore --key x --accept', '--accept-set-back'],
  ])('in fish goes on from “%s”', async (line, expected) => {
    const { stdout } = await run('fish', ['-c', `source ${await scriptFor('fish')}; complete -C '${line}'`]);
    expect(stdout).toContain(expected);
  });

  it.skipIf(!zsh)('in zsh is a script that it takes, and knows the places', async () => {
    const file = await scriptFor('zsh');
    expect(await run('zsh', ['-n', file])).toMatchObject({ code: 0, stderr: '' });
    const probe = `compdef() { :; }; _describe() { print -l -- $candidates; }; source ${file}; words=(kiten log witness fo); CURRENT=4; _kiten`;
    expect((await run('zsh', ['-fc', probe])).stdout).toMatch(/^follow:/m);
  });
});

describe('the help', () => {
  it('has examples, each a command that there is', async () => {
    const { stdout } = await kiten(['device', 'import', '--help']);
    expect(stdout).toMatch(/Examples:\n {2}# see what is wrong with a list\n {2}kiten device import/);
    for (const path of Object.keys(examples)) {
      let command = await commandLine({});
      for (const word of path.split(' ').slice(1)) {
        const next = command.commands.find((one) => one.name() === word);
        if (next === undefined) throw new Error(`${path} is no command`);
        command = next;
      }
    }
  });

  it('is the same where a command is loaded alone', async () => {
    for (const command of (await commandLine({})).commands) {
      const alone = await commandLine({}, command.name());
      expect(alone.commands.map((one) => one.helpInformation())).toEqual([command.helpInformation()]);
    }
  });

  it('says what the exit codes, variables and files are', async () => {
    const { stdout } = await kiten(['--help']);
    for (const word of ['Exit codes:', 'KITEN_TOKEN', 'kiten.toml', 'operator.token'])
      expect(stdout).toContain(word);
  });
});

describe('many devices at once', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await TestSite.start();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const list = async (text: string) => {
    const file = join(await newFolder(), 'devices.csv');
    await writeFile(file, text);
    return file;
  };

  it('are told line by line what is wrong, and nothing is done', async () => {
    const file = await list(
      'id,group\npump-1,default\npump 2,default\npump-3,nowhere\npump-1,default\npump-4\n',
    );
    const { code, stderr } = await site.kiten('device', 'import', file);
    expect(code).toBe(1);
    const at = (line: number) => stderr.split('\n').find((one) => one.startsWith(`${file}:${line}: `));
    expect(at(3)).toContain('no device id');
    expect(at(4)).toContain('no group “nowhere”');
    expect(at(5)).toContain('stands in line 2');
    expect(at(6)).toContain('1 field where the first line has 2');
    expect(at(2)).toBeUndefined();
    expect(await site.json('token', 'list')).toEqual([]);
  });

  it('are only looked at in a dry run', async () => {
    const file = await list('id\npump-1\npump-2\n');
    expect((await site.kiten('device', 'import', file, '--dry-run')).stdout).toBe(
      '2 devices would get a token.\n',
    );
    expect(await site.json('token', 'list')).toEqual([]);
  });

  it('get a token each, in a file for its owner alone, and enrol by it', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `pump-${n}`);
    const file = await list(`group,id\n${ids.map((id) => `controllers,${id}`).join('\n')}\n`);
    expect(await site.json('device', 'import', file)).toEqual({ devices: 40, tokens: `${file}.tokens.csv` });
    expect((await stat(`${file}.tokens.csv`)).mode & 0o777).toBe(0o600);
    const [head, ...lines] = (await readFile(`${file}.tokens.csv`, 'utf8')).trim().split('\n');
    expect(head).toBe('id,group,token');
    expect(lines.map((line) => line.split(',')[0])).toEqual(ids);
    const [id = '', , token = ''] = lines[7]?.split(',') ?? [];
    await enrol(site.ready.device, await readFile(site.ready.ca, 'utf8'), id, token);
    expect((await devicesOf(site)).get(id)).toMatchObject({ groups: ['controllers'] });
    expect(refusal(await site.kiten('device', 'import', file, '--json'))).toBe('kiten/file-unwritable');
  });
});

describe.skipIf(!requireTool('script', 'bsdutils'))('kiten init at a terminal', () => {
  it('asks three questions, and takes their answers over', async () => {
    const data = join(await newFolder(), 'site');
    const command = `${process.execPath} ${launcher} init --data ${data}`;
    const { stdout, code } = await run('script', ['-qec', command, '/dev/null'], {
      input: 'plant-9.example\ngateway.plant-9.example, 192.0.2.9\nyes\n',
    });
    expect(code, stdout).toBe(0);
    for (const question of ['What is the site called?', 'By which names', 'May devices on the network'])
      expect(stdout).toContain(question);
    expect(stdout).toContain('created plant-9.example');
    const configuration = await readFile(join(data, 'kiten.toml'), 'utf8');
    expect(configuration).toMatch(/^names = \["gateway.plant-9.example","192.0.2.9"\]$/m);
    expect(configuration.match(/^hosts = \["0.0.0.0", "::"\]/gm)).toHaveLength(2);
  });

  it('asks nobody where there is no terminal', async () => {
    const data = join(await newFolder(), 'site');
    const { stdout } = await kiten(['init', '--data', data, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ site: 'site.example' });
  });
});

describe('kiten doctor', () => {
  it('finds what is wrong with keys, clock, ports, store and settings', async () => {
    const site = await TestSite.start();
    await using _ = site;
    await site.signal('SIGTERM');
    const look = async () => {
      const { code, stdout } = await site.kiten('doctor', '--json');
      const checks = JSON.parse(stdout) as { name: string; state: string; remedy?: string }[];
      return { code, states: Object.fromEntries(checks.map(({ name, state }) => [name, state])), checks };
    };
    const sound = await look();
    expect(sound.states).toMatchObject({
      keys: 'ok',
      'root key': 'warning',
      clock: 'ok',
      certificates: 'ok',
      store: 'ok',
    });

    await chmod(join(site.data, 'keys', 'log.key.pem'), 0o644);
    const checkpoint = join(site.data, 'log', 'checkpoint');
    const text = await readFile(checkpoint, 'utf8');
    await writeFile(checkpoint, text.replace(/kiten\.time \d+/, 'kiten.time 99999999999999'));
    const ill = await look();
    expect(ill.code).toBe(1);
    expect(ill.states).toMatchObject({ keys: 'wrong', clock: 'wrong' });
    for (const { state, remedy } of ill.checks) if (state !== 'ok') expect(remedy).toBeDefined();
    await mkdir(join(site.directory, 'aside'));
    await rm(join(site.data, 'site.db'));
    await writeFile(join(site.data, 'store-elsewhere'), '');
    await appendFile(join(site.data, 'kiten.toml'), '');
    expect((await look()).states).toMatchObject({ store: 'wrong' });
  });
});

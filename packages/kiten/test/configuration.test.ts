import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeConfiguration, configurationTemplate } from '../src/config/configuration.ts';
import { loadConfiguration, parseConfiguration } from '../src/config/load.ts';
import { newFolder } from './fixtures.ts';

const parse = (text: string) => parseConfiguration(text, 'kiten.toml');

/** `kiten/config-key`, and what the sentence names. */
function refusedKey(text: string): string {
  try {
    parse(text);
  } catch (error) {
    const { code, message, detail } = error as { code: string; message: string; detail: { key: string } };
    expect(code).toBe('kiten/config-key');
    expect(message).toContain(`“${detail.key}”`);
    return detail.key;
  }
  return 'nothing';
}

describe('the configuration file', () => {
  it('may be empty: then everything has its default', () => {
    expect(completeConfiguration(parse(''), 'default')).toEqual({
      names: [],
      consolePort: 7080,
      sessionHours: 12,
      idleMinutes: 60,
      deviceHosts: ['127.0.0.1', '::1'],
      devicePort: 8443,
      mqttHosts: ['127.0.0.1', '::1'],
      mqttPort: 8883,
      proxies: [],
      passwordDoors: [],
      refusedPublish: 'drop',
      queueOverflow: 'drop-newest',
      keepAliveLimitSeconds: 65535,
      gatewayWorkers: 1,
      deviceLifetimeDays: 90,
      namedCertificates: [],
      manufacturers: [],
      logLevel: 'info',
      checkpointSeconds: 1,
      logEntries: 'operators',
      evidenceDays: 365,
      trafficDays: 14,
      events: [],
      quotas: { diskFreeMib: 512, stocksMib: { store: 0, log: 0, sessions: 0, evidence: 0 } },
      approvals: [],
      approvalHours: 24,
      verdictHours: 24,
    });
  });

  it('as kiten init writes it says the defaults and nothing else', () => {
    expect(completeConfiguration(parse(configurationTemplate), 'default')).toEqual(
      completeConfiguration({}, 'default'),
    );
  });

  it('as kiten init writes it names every key, each with its default', () => {
    const uncommented = configurationTemplate.replace(/^# ([a-z_]+ = |\[\[)/gm, '$1');
    const { names, manufacturers, timeStamps, store, consoleDoor, oidc, events, proxies, ...rest } =
      completeConfiguration(parse(uncommented), 'default');
    const {
      names: _names,
      manufacturers: _manufacturers,
      events: _events,
      proxies: _proxies,
      ...defaults
    } = completeConfiguration({}, 'default');
    expect(rest).toEqual(defaults);
    expect(oidc).toMatchObject({ clientId: 'kiten', scope: 'openid profile', groupsClaim: 'groups' });
    expect(proxies).toEqual(['192.0.2.4', '10.0.0.0/8', '::1']);
    expect(consoleDoor).toMatchObject({ port: 7443, names: ['kiten.plant-7.example'] });
    expect(names).toEqual(['gateway.plant-7.example', '192.0.2.10']);
    expect(manufacturers).toEqual([{ name: 'acme', root: 'ca/acme.pem', group: 'default' }]);
    expect(events).toMatchObject([
      { name: 'siem', format: 'kiten', types: ['*'], secretFile: 'webhook.secret' },
    ]);
    expect(store?.url).toBe('postgres://kiten@localhost:5432/kiten');
    expect(timeStamps).toEqual({ url: 'http://tsa.example/', roots: 'ca/tsa.pem', minutes: 60 });
  });

  it('opens the console beyond this machine with a certificate for its names, or not at all', () => {
    const door = (text: string) => completeConfiguration(parse(`[console]\n${text}`), 'default').consoleDoor;
    const hosts = 'hosts = ["0.0.0.0"]\n';
    const rest = 'names = ["kiten.example"]\ncertificate = "c.pem"\nkey = "k.pem"\n';
    expect(door('')).toBeUndefined();
    expect(door(hosts + rest)).toEqual({
      hosts: ['0.0.0.0'],
      port: 7443,
      names: ['kiten.example'],
      certificate: 'c.pem',
      key: 'k.pem',
    });
    expect(() => door(hosts)).toThrow('“console.names” is missing');
    expect(() => door(rest)).toThrow('“console.hosts” is missing');
    expect(() => door(`${hosts}names = ["kiten.example"]`)).toThrow('“console.certificate” is missing');
    expect(() => door(`${hosts}names = ["https://kiten.example/"]`)).toThrow('console.names');
  });

  it('has an identity provider with what it takes, over HTTPS unless it is this machine', () => {
    const provider = (text: string) => completeConfiguration(parse(`[oidc]\n${text}`), 'default').oidc;
    const rest = 'client_id = "kiten"\nroles = { admins = "administrator" }\n';
    expect(provider('')).toBeUndefined();
    expect(provider(`issuer = "https://id.example/a"\n${rest}`)).toEqual({
      issuer: 'https://id.example/a',
      clientId: 'kiten',
      name: 'id.example',
      scope: 'openid profile',
      groupsClaim: 'groups',
      roles: { admins: 'administrator' },
    });
    expect(provider(`issuer = "http://localhost:9000"\n${rest}`)?.name).toBe('localhost:9000');
    expect(() => provider(rest)).toThrow('“oidc.issuer” is missing');
    for (const issuer of ['http://id.example', 'http://localhost.example/', 'https://id.example?a=b'])
      expect(() => provider(`issuer = "${issuer}"\n${rest}`)).toThrow('oidc.issuer');
    expect(() => provider(`issuer = "https://id.example"\nclient_id = "x"\nroles = { a = "king" }`)).toThrow(
      'oidc.roles',
    );
  });

  it('has doors for passwords where a port is set, on this machine unless it says otherwise', () => {
    const doors = (text: string, ports: 'default' | 'random' = 'default') =>
      completeConfiguration(parse(text), ports).passwordDoors;
    const loopback = ['127.0.0.1', '::1'];
    expect(doors('[passwords]\nhosts = ["::"]')).toEqual([]);
    expect(doors('[passwords]\nport = 8884')).toEqual([{ kind: 'password', hosts: loopback, port: 8884 }]);
    expect(doors('[passwords]\nplain_port = 1883\nplain_hosts = ["192.0.2.1"]', 'random')).toEqual([
      { kind: 'plain-password', hosts: ['192.0.2.1'], port: 0 },
    ]);
  });

  it('knows proxies by addresses and networks alone', () => {
    const proxies = (text: string) =>
      completeConfiguration(parse(`[proxy]\nfrom = ["${text}"]`), 'default').proxies;
    for (const text of ['192.0.2.4', '10.0.0.0/8', '::/0', 'fd00::/128'])
      expect(proxies(text)).toEqual([text]);
    for (const text of ['lb.example', '10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/', '1:2', ''])
      expect(() => proxies(text)).toThrow('proxy.from');
  });

  it('with --ports random has no port of its own', () => {
    const { consolePort, devicePort, mqttPort } = completeConfiguration(
      parse('[console]\nport = 1\n[device]\nport = 2\n[mqtt]\nport = 3'),
      'random',
    );
    expect([consolePort, devicePort, mqttPort]).toEqual([0, 0, 0]);
  });

  it.each([
    ['nonsense = 1', 'nonsense'],
    ['[console]\nprot = 7080', 'console.prot'],
    ['site = 3', 'site'],
    ['[site]\nnames = "one"', 'site.names'],
    ['[site]\nnames = ["ok", ""]', 'site.names.1'],
    ['[console]\nport = "7080"', 'console.port'],
    ['[console]\nport = 70800', 'console.port'],
    ['[console]\nport = -1', 'console.port'],
    ['[console]\nport = 7080.5', 'console.port'],
    ['[device]\nport = 65536', 'device.port'],
    ['[device]\nhosts = []', 'device.hosts'],
    ['[device]\nhosts = [1]', 'device.hosts.0'],
    ['[mqtt]\nport = true', 'mqtt.port'],
    ['[mqtt]\nhosts = "::1"', 'mqtt.hosts'],
    ['[mqtt]\nrefused_publish = "ignore"', 'mqtt.refused_publish'],
    ['[mqtt]\nkeep_alive_limit_seconds = 4', 'mqtt.keep_alive_limit_seconds'],
    ['[certificates]\ndevice_lifetime_days = 0', 'certificates.device_lifetime_days'],
    ['[certificates]\ndevice_lifetime_days = 826', 'certificates.device_lifetime_days'],
    ['[[manufacturers]]\nroot = "a.pem"\ngroup = "g"', 'manufacturers.0.name'],
    ['[[manufacturers]]\nname = "a b"\nroot = "a.pem"\ngroup = "g"', 'manufacturers.0.name'],
    ['[[manufacturers]]\nname = "a"\nroot = ""\ngroup = "g"', 'manufacturers.0.root'],
    ['[[manufacturers]]\nname = "a"\nroot = "a.pem"\ngroup = "g"\nlevel = 1', 'manufacturers.0.level'],
    ['[log]\nlevel = "loud"', 'log.level'],
    ['[log]\ncheckpoint_seconds = 0', 'log.checkpoint_seconds'],
  ])('%j is refused, and the error names the key', (text, key) => {
    expect(refusedKey(text)).toBe(key);
  });

  it('says what a key may be', () => {
    expect(() => parse('[mqtt]\nrefused_publish = "ignore"')).toThrow(/must be one of "drop", "close"/);
    expect(() => parse('[[manufacturers]]\nroot = "a.pem"\ngroup = "g"')).toThrow(/is missing/);
    expect(() => parse('[console]\nprot = 7080')).toThrow(/is not a known key/);
  });

  it.each([
    ['[console]\nport = 7080 7081', 2, 13],
    ['[console', 1, 2],
    ['a = 1\na = 2', 2, 1],
  ])('%j is not TOML, and the error says where', (text, line, column) => {
    let thrown: unknown;
    try {
      parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'kiten/config-syntax', detail: { file: 'kiten.toml', line } });
    const at = (thrown as { detail: { column: number } }).detail.column;
    expect((thrown as Error).message).toContain(`kiten.toml:${line}:${at} `);
    expect(Math.abs(at - column)).toBeLessThanOrEqual(1);
  });

  it('never gets past with an error of another kind, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^kiten\/config-(syntax|key)$/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is read from its file, and one that is not there is named', async () => {
    const file = join(await newFolder(), 'kiten.toml');
    await expect(loadConfiguration(file)).rejects.toMatchObject({
      code: 'kiten/config-unreadable',
      message: expect.stringContaining(file),
    });
    await writeFile(file, '[mqtt]\nport = 1883\n');
    expect(await loadConfiguration(file)).toEqual({ mqtt: { port: 1883 } });
  });
});

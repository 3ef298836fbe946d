import { describe, expect, it } from 'vitest';
import { loadConfiguration, parseConfiguration } from '../../src/index.ts';

const needed = `device = "pump-1"
site = "https://site.example:9443"
trust = "/etc/kiten-agent/site.pem"
`;

describe('the agent’s configuration', () => {
  it('needs a name, a site and whom to trust', () => {
    expect(parseConfiguration(needed, 'agent.toml')).toEqual({
      device: 'pump-1',
      site: { host: 'site.example', port: 9443 },
      trust: '/etc/kiten-agent/site.pem',
      state: '/var/lib/kiten-agent',
      tpm: undefined,
      key: { store: 'file' },
      logs: {
        bootLog: '/sys/kernel/security/tpm0/binary_bios_measurements',
        imaLog: '/sys/kernel/security/ima/binary_runtime_measurements',
      },
      root: '/',
      mqtt: undefined,
      update: undefined,
    });
  });

  it('says where TPM, logs and broker are', () => {
    const text = `${needed}
mqtt = "mqtts://[::1]"
state = "/s"
[tpm]
attestation-key = "rsa"
endorsement-key = "rsa"
[logs]
boot = "/b"
measurements = "/m"
`;
    expect(parseConfiguration(text, 'agent.toml')).toMatchObject({
      mqtt: { host: '::1', port: 8883 },
      tpm: { address: 'device:/dev/tpmrm0', attestation: 'rsa', endorsement: 'rsa' },
      key: { store: 'tpm' },
      logs: { bootLog: '/b', imaLog: '/m' },
    });
  });

  const update = `${needed}[update]
hardware = "pump-3"
director-root = "/etc/director.json"
image-root = "/etc/image.json"
`;

  it('says where images go, and what is left out is filled in', () => {
    const text = `${update}restart = ["systemctl", "reboot"]\n[update.devices]\na = "/dev/a"\nb = "/dev/b"\nboot-state = "/boot/kiten.env"\n`;
    expect(parseConfiguration(text, 'agent.toml').update).toEqual({
      directory: '/var/lib/kiten-agent-update',
      hardware: 'pump-3',
      ecu: 'pump-1',
      directorRoot: '/etc/director.json',
      imageRoot: '/etc/image.json',
      slots: { kind: 'devices', devices: { a: '/dev/a', b: '/dev/b' }, bootState: '/boot/kiten.env' },
      restart: ['systemctl', 'reboot'],
      health: undefined,
      confirmWithin: 600_000,
      boots: 3,
      interval: 3_600_000,
      log: undefined,
      suit: undefined,
    });
  });

  it.each([
    ['update', update],
    [
      'update',
      `${update}[update.directories]\ndirectory = "/s"\n[update.devices]\na = "/a"\nb = "/b"\nboot-state = "/c"\n`,
    ],
    ['update.directories.directory', `${update}[update.directories]\n`],
    ['update.devices.boot-state', `${update}[update.devices]\na = "/a"\nb = "/b"\n`],
    ['update.devices.c', `${update}[update.devices]\na = "/a"\nb = "/b"\nboot-state = "/c"\nc = 1\n`],
    ['update.programs.names', `${update}[update.programs]\nnames = ["a", "a"]\n`],
    ['update.programs.running', `${update}[update.programs]\nnames = ["a", "b"]\n`],
    ['update.health', `${update}health = []\n[update.directories]\ndirectory = "/s"\n`],
    [
      'update.confirm-within-minutes',
      `${update}confirm-within-minutes = 0\n[update.directories]\ndirectory = "/s"\n`,
    ],
    ['update.suit.vendor', `${update}[update.directories]\ndirectory = "/s"\n[update.suit]\nkeys = ["/k"]\n`],
    [
      'update.log.keys',
      `${update}[update.directories]\ndirectory = "/s"\n[update.log]\nkeys = ["l+0123abcd+AaAa"]\n`,
    ],
    ['update.image', `${update}image = "/i"\n[update.directories]\ndirectory = "/s"\n`],
  ])('about updates is refused for “%s”', (key, text) => {
    expect(() => parseConfiguration(text, 'agent.toml')).toThrow(
      expect.objectContaining({ code: 'agent/config-key', detail: { file: 'agent.toml', key } }),
    );
  });

  it('says where the key of the certificate lives: in the TPM if there is one', () => {
    const keyOf = (text: string) => parseConfiguration(`${needed}${text}`, 'agent.toml').key;
    expect(keyOf('[tpm]\n[key]\nstore = "file"')).toEqual({ store: 'file' });
    const token = { uri: 'pkcs11:token=device;object=key', module: '/usr/lib/softhsm/libsofthsm2.so' };
    const lines = `[key]\nstore = "pkcs11"\nuri = "${token.uri}"\nmodule = "${token.module}"\n`;
    expect(keyOf(lines)).toEqual({ store: 'pkcs11', ...token, pinFile: undefined });
    expect(keyOf(`${lines}pin-file = "/pin"`)).toEqual({ store: 'pkcs11', ...token, pinFile: '/pin' });
  });

  it.each([
    ['device', 'site = "https://x"\ntrust = "/t"'],
    ['device', needed.replace('pump-1', 'no/device')],
    ['site', needed.replace('https', 'http')],
    ['site', needed.replace('site.example', 'user@site.example')],
    ['site', needed.replace(/^site.*$/m, '')],
    ['site', needed.replace(':9443', ':9443/path')],
    ['stat', `${needed}stat = "/s"`],
    ['tpm.adress', `${needed}[tpm]\nadress = "x"`],
    ['tpm.attestation-key', `${needed}[tpm]\nattestation-key = "dsa"`],
    ['key.in', `${needed}[tpm]\n[key]\nin = "tpm"`],
    ['key.store', `${needed}[key]\nstore = "tpm"`],
    ['key.store', `${needed}[key]\nstore = "cloud"`],
    ['key.uri', `${needed}[key]\nstore = "file"\nuri = "pkcs11:token=x"`],
    ['key.uri', `${needed}[key]\nstore = "pkcs11"\nmodule = "/m"`],
    ['key.uri', `${needed}[key]\nstore = "pkcs11"\nmodule = "/m"\nuri = "file:/k"`],
    ['key.uri', `${needed}[key]\nstore = "pkcs11"\nmodule = "/m"\nuri = "pkcs11:token=x?pin-value=1234"`],
    ['key.module', `${needed}[key]\nstore = "pkcs11"\nuri = "pkcs11:token=x"`],
    ['mqtt', `${needed}mqtt = "mqtt://x"`],
    ['logs', `${needed}logs = 1`],
  ])('is refused for “%s”, by name', (key, text) => {
    expect(() => parseConfiguration(text, 'agent.toml')).toThrow(
      expect.objectContaining({ code: 'agent/config-key', detail: { file: 'agent.toml', key } }),
    );
  });

  it('that is no TOML, or not there, is told of', async () => {
    expect(() => parseConfiguration('device = ', 'agent.toml')).toThrow(
      expect.objectContaining({ code: 'agent/config-syntax' }),
    );
    await expect(loadConfiguration('/none/agent.toml')).rejects.toMatchObject({
      code: 'agent/config-unreadable',
    });
  });
});

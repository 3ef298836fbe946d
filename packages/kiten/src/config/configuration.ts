import type { ConfigurationFile } from './schema.ts';

/** A manufacturer whose device certificates (IDevID) this site trusts for enrolment. */
export interface Manufacturer {
  readonly name: string;
  /** PEM file of its root certificate, relative to the data directory. */
  readonly root: string;
  /** The group that its devices join. */
  readonly group: string;
}

/** The whole configuration of a site, nothing left out. */
export interface Configuration {
  /** Host names and addresses, beyond this machine's own, that devices know the site by. */
  readonly names: readonly string[];
  readonly consolePort: number;
  readonly deviceHosts: readonly string[];
  readonly devicePort: number;
  readonly mqttHosts: readonly string[];
  readonly mqttPort: number;
  /** What happens to an MQTT 3.1.1 publish that policy refuses. */
  readonly refusedPublish: 'drop' | 'close';
  readonly keepAliveLimitSeconds: number;
  readonly deviceLifetimeDays: number;
  readonly manufacturers: readonly Manufacturer[];
  readonly logLevel: string;
  readonly checkpointSeconds: number;
}

export const loopback: readonly string[] = ['127.0.0.1', '::1'];

/** Fills in what the file leaves out. `random` ports let the system choose: for tests and second sites. */
export function completeConfiguration(file: ConfigurationFile, ports: 'default' | 'random'): Configuration {
  const choose = (configured: number | undefined, standard: number) =>
    ports === 'random' ? 0 : (configured ?? standard);
  return {
    names: file.site?.names ?? [],
    consolePort: choose(file.console?.port, 7080),
    deviceHosts: file.device?.hosts ?? loopback,
    devicePort: choose(file.device?.port, 8443),
    mqttHosts: file.mqtt?.hosts ?? loopback,
    mqttPort: choose(file.mqtt?.port, 8883),
    refusedPublish: file.mqtt?.refused_publish ?? 'drop',
    keepAliveLimitSeconds: file.mqtt?.keep_alive_limit_seconds ?? 65535,
    deviceLifetimeDays: file.certificates?.device_lifetime_days ?? 90,
    manufacturers: file.manufacturers ?? [],
    logLevel: file.log?.level ?? 'info',
    checkpointSeconds: file.log?.checkpoint_seconds ?? 1,
  };
}

/** What `kiten init` writes: everything there is to set, with its default. */
export const configurationTemplate = `# Kiten site configuration. Every key is optional; the values shown are the defaults.

[site]
# Host names and addresses by which devices reach this site, for its TLS certificate.
# names = ["gateway.plant-7.example", "192.0.2.10"]

[console]
# port = 7080              # people and their tools, on this machine only

[device]
# hosts = ["127.0.0.1", "::1"]   # enrolment (EST); open it to your network on purpose
# port = 8443

[mqtt]
# hosts = ["127.0.0.1", "::1"]
# port = 8883
# refused_publish = "drop"       # or "close": what an MQTT 3.1.1 client sees
# keep_alive_limit_seconds = 65535

[certificates]
# device_lifetime_days = 90

# Manufacturers whose device certificates (IDevID, IEEE 802.1AR) may enrol, each in a block of its own:
# [[manufacturers]]
# name = "acme"
# root = "ca/acme.pem"     # PEM, relative to this directory
# group = "default"        # the group that its devices join

[log]
# level = "info"
# checkpoint_seconds = 1
`;

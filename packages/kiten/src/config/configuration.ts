import { isIP } from 'node:net';
import { KitenError } from '@kiten/codec';
import type { ApprovalAction } from '../site/drastic-actions.ts';
import type { Stock } from '../site/usage.ts';
import type { ConfigurationFile } from './schema.ts';

/** A manufacturer whose device certificates (IDevID) this site trusts for enrolment. */
export interface Manufacturer {
  readonly name: string;
  /** PEM file of its root certificate, relative to the data directory. */
  readonly root: string;
  /** The group that its devices join. */
  readonly group: string;
}

/** A certificate for devices that ask for a host name (SNI), in place of the one that the site issues to itself. */
export interface NamedCertificateFiles {
  /** `*.` at the beginning stands for one label. */
  readonly name: string;
  /** PEM files, relative to the data directory. */
  readonly key: string;
  readonly certificate: string;
}

/** A port for devices that know only a password. */
export interface PasswordDoor {
  /** `plain-password` has no TLS: everybody on the way reads the passwords. */
  readonly kind: 'password' | 'plain-password';
  readonly hosts: readonly string[];
  readonly port: number;
}

/** How the console answers beyond this machine: by HTTPS alone. */
export interface ConsoleDoorConfiguration {
  readonly hosts: readonly string[];
  readonly port: number;
  /** What browsers may call it; the first stands in links. */
  readonly names: readonly string[];
  /** PEM files, relative to the data directory. */
  readonly certificate: string;
  readonly key: string;
}

/** Somebody who is told what happens: a syslog server or a webhook. */
export interface EventSinkSettings {
  readonly name: string;
  /** `syslog+udp://`, `syslog+tcp://`, `syslog+tls://` or `https://`. */
  readonly url: string;
  readonly format: 'kiten' | 'ocsf';
  /** `device/*`, `finding/recorded` or `*`. */
  readonly types: readonly string[];
  /** A webhook's secrets, relative to the data directory. */
  readonly secretFile?: string;
  /** PEM of the CA that its server is trusted under, relative to the data directory. */
  readonly ca?: string;
}

/** An identity provider by which operators may sign in (OpenID Connect). */
export interface OidcConfiguration {
  readonly issuer: string;
  readonly clientId: string;
  /** The file that holds the client's secret, relative to the data directory; absent for public clients. */
  readonly clientSecretFile?: string;
  /** What people call it. */
  readonly name: string;
  readonly scope: string;
  /** The claim that lists somebody's groups. */
  readonly groupsClaim: string;
  /** What each group may do here. */
  readonly roles: Readonly<Record<string, 'viewer' | 'operator' | 'administrator'>>;
}

/** The whole configuration of a site, nothing left out. */
export interface Configuration {
  /** Host names and addresses, beyond this machine's own, that devices know the site by. */
  readonly names: readonly string[];
  readonly consolePort: number;
  /** Absent unless the operator opens it. */
  readonly consoleDoor?: ConsoleDoorConfiguration;
  readonly oidc?: OidcConfiguration;
  /** After so long a browser has to sign in anew. */
  readonly sessionHours: number;
  /** After so long without a request, too. */
  readonly idleMinutes: number;
  readonly deviceHosts: readonly string[];
  readonly devicePort: number;
  readonly mqttHosts: readonly string[];
  readonly mqttPort: number;
  /** What happens to an MQTT 3.1.1 publish that policy refuses. */
  readonly refusedPublish: 'drop' | 'close';
  /** What happens when more waits for an MQTT session than may. */
  readonly queueOverflow: 'drop-newest' | 'drop-oldest' | 'end-session';
  readonly keepAliveLimitSeconds: number;
  /** Threads that share the gateway's ports. */
  readonly gatewayWorkers: number;
  /** Addresses and networks from which devices' connections are relayed, with a PROXY header in front. */
  readonly proxies: readonly string[];
  /** None unless it is configured. */
  readonly passwordDoors: readonly PasswordDoor[];
  readonly deviceLifetimeDays: number;
  readonly namedCertificates: readonly NamedCertificateFiles[];
  readonly manufacturers: readonly Manufacturer[];
  readonly logLevel: string;
  readonly checkpointSeconds: number;
  /** Who may read entries of the log over HTTP. Its checkpoints and hashes tell nothing, and are for everybody. */
  readonly logEntries: 'operators' | 'public';
  /** Who stamps checkpoints with a time (RFC 3161). */
  readonly timeStamps?: { readonly url: string; readonly roots: string; readonly minutes: number };
  /** After so long the content of evidence is erased, unless what rests on it still counts. */
  readonly evidenceDays: number;
  readonly trafficDays: number;
  /** When somebody has to know that room gets short; MiB, 0 for never. */
  readonly quotas: {
    readonly diskFreeMib: number;
    readonly stocksMib: Readonly<Record<Stock, number>>;
  };
  /** Who is told what happens. */
  readonly events: readonly EventSinkSettings[];
  /** Where the store is, unless it is in the data directory. */
  readonly store?: {
    readonly url: string;
    /** A file whose first line is the password, relative to the data directory. */
    readonly passwordFile?: string;
    /** The environment variable that holds it. */
    readonly passwordEnv?: string;
  };
  /** What takes two people, besides breaking the glass. */
  readonly approvals: readonly ApprovalAction[];
  /** How long a request waits for the second one. */
  readonly approvalHours: number;
  /** How long a verdict that was signed for others holds. */
  readonly verdictHours: number;
}

export const loopback: readonly string[] = ['127.0.0.1', '::1'];

/** Fills in what the file leaves out. `random` ports let the system choose: for tests and second sites. */
export function completeConfiguration(file: ConfigurationFile, ports: 'default' | 'random'): Configuration {
  const choose = (configured: number | undefined, standard: number) =>
    ports === 'random' ? 0 : (configured ?? standard);
  return {
    names: file.site?.names ?? [],
    consolePort: choose(file.console?.port, 7080),
    ...consoleDoor(file.console, choose),
    ...oidc(file.oidc),
    sessionHours: file.console?.session_hours ?? 12,
    idleMinutes: file.console?.idle_minutes ?? 60,
    deviceHosts: file.device?.hosts ?? loopback,
    devicePort: choose(file.device?.port, 8443),
    mqttHosts: file.mqtt?.hosts ?? loopback,
    mqttPort: choose(file.mqtt?.port, 8883),
    refusedPublish: file.mqtt?.refused_publish ?? 'drop',
    queueOverflow: file.mqtt?.queue_overflow ?? 'drop-newest',
    keepAliveLimitSeconds: file.mqtt?.keep_alive_limit_seconds ?? 65535,
    gatewayWorkers: file.gateway?.workers ?? 1,
    proxies: proxies(file.proxy),
    passwordDoors: passwordDoors(file.passwords, choose),
    deviceLifetimeDays: file.certificates?.device_lifetime_days ?? 90,
    namedCertificates: file.certificates?.named ?? [],
    manufacturers: file.manufacturers ?? [],
    logLevel: file.log?.level ?? 'info',
    checkpointSeconds: file.log?.checkpoint_seconds ?? 1,
    logEntries: file.log?.entries ?? 'operators',
    ...timeStamps(file.log),
    evidenceDays: file.retention?.evidence_days ?? 365,
    trafficDays: file.retention?.traffic_days ?? 14,
    events: (file.events ?? []).map(sinkOf),
    ...storeIn(file.store),
    quotas: {
      diskFreeMib: file.quotas?.disk_free_mib ?? 512,
      stocksMib: {
        store: file.quotas?.store_mib ?? 0,
        log: file.quotas?.log_mib ?? 0,
        sessions: file.quotas?.sessions_mib ?? 0,
        evidence: file.quotas?.evidence_mib ?? 0,
      },
    },
    approvals: file.approvals?.actions ?? [],
    approvalHours: file.approvals?.hours ?? 24,
    verdictHours: file.verdicts?.validity_hours ?? 24,
  };
}

/** @throws KitenError `kiten/config-key` if one is neither an address nor a network */
function proxies({ from = [] }: NonNullable<ConfigurationFile['proxy']> = {}): readonly string[] {
  for (const text of from) {
    const [address = '', prefix = '0'] = text.split('/');
    const family = isIP(address);
    if (family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128)) continue;
    const message = `“proxy.from” has “${text}”, which is neither an address nor a network: “10.0.0.0/8” or “::1”.`;
    throw new KitenError('kiten/config-key', message, { detail: { key: 'proxy.from' } });
  }
  return from;
}

function passwordDoors(
  table: ConfigurationFile['passwords'],
  choose: (configured: number | undefined, standard: number) => number,
): readonly PasswordDoor[] {
  const { port, hosts = loopback, plain_port: plainPort, plain_hosts: plainHosts = loopback } = table ?? {};
  return [
    ...(port === undefined ? [] : [{ kind: 'password', hosts, port: choose(port, 0) } as const]),
    ...(plainPort === undefined
      ? []
      : [{ kind: 'plain-password', hosts: plainHosts, port: choose(plainPort, 0) } as const]),
  ];
}

/** @throws KitenError `kiten/config-key` if a part of it is missing */
function oidc(file: ConfigurationFile['oidc']): Pick<Configuration, 'oidc'> {
  const { issuer, client_id: clientId, client_secret_file: clientSecretFile, roles } = file ?? {};
  if (Object.keys(file ?? {}).length === 0) return {};
  if (issuer === undefined || clientId === undefined || roles === undefined) {
    const [missing] = Object.entries({ issuer, client_id: clientId, roles }).find(
      ([, value]) => value === undefined,
    ) ?? [''];
    throw new KitenError(
      'kiten/config-key',
      `“oidc.${missing}” is missing: an identity provider takes issuer, client_id and roles.`,
    );
  }
  const {
    name = new URL(issuer).host,
    scope = 'openid profile',
    groups_claim: groupsClaim = 'groups',
  } = file ?? {};
  const secret = clientSecretFile === undefined ? {} : { clientSecretFile };
  return { oidc: { issuer, clientId, ...secret, name, scope, groupsClaim, roles } };
}

/** @throws KitenError `kiten/config-key` if it is opened without a certificate for its names */
function consoleDoor(
  console: ConfigurationFile['console'],
  choose: (configured: number | undefined, standard: number) => number,
): Pick<Configuration, 'consoleDoor'> {
  const { hosts, https_port, names, certificate, key } = console ?? {};
  const given = { hosts, names, certificate, key };
  if (Object.values(given).every((value) => value === undefined)) return {};
  if (hosts !== undefined && names !== undefined && certificate !== undefined && key !== undefined) {
    return { consoleDoor: { hosts, port: choose(https_port, 7443), names, certificate, key } };
  }
  const missing = Object.entries(given).find(([, value]) => value === undefined)?.[0];
  throw new KitenError(
    'kiten/config-key',
    `“console.${missing}” is missing: beyond this machine the console answers by HTTPS alone, under its names.`,
  );
}

/** @throws KitenError `kiten/config-key` if an authority is named without the roots that it is trusted under */
function timeStamps(log: ConfigurationFile['log']): Pick<Configuration, 'timeStamps'> {
  const { time_stamp_url: url, time_stamp_roots: roots, time_stamp_minutes: minutes = 60 } = log ?? {};
  if (url === undefined) return {};
  if (roots !== undefined) return { timeStamps: { url, roots, minutes } };
  throw new KitenError(
    'kiten/config-key',
    '“log.time_stamp_roots” is missing: whose time stamps are believed?',
  );
}

function sinkOf(sink: NonNullable<ConfigurationFile['events']>[number]): EventSinkSettings {
  const { name, url, format = 'kiten', types = ['*'], secret_file: secretFile, ca } = sink;
  return {
    name,
    url,
    format,
    types,
    ...(secretFile === undefined ? {} : { secretFile }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function storeIn(store: ConfigurationFile['store']): Pick<Configuration, 'store'> {
  const { url, password_file: passwordFile, password_env: passwordEnv } = store ?? {};
  if (url === undefined) return {};
  return {
    store: {
      url,
      ...(passwordFile === undefined ? {} : { passwordFile }),
      ...(passwordEnv === undefined ? {} : { passwordEnv }),
    },
  };
}

/** What `kiten init` writes: everything there is to set, with its default. */
export const configurationTemplate = `# Kiten site configuration. Every key is optional; the values shown are the defaults.

[site]
# Host names and addresses by which devices reach this site, for its TLS certificate.
# names = ["gateway.plant-7.example", "192.0.2.10"]

[console]
# port = 7080              # people and their tools, on this machine only
# Beyond this machine the console answers by HTTPS alone, with your certificate:
# hosts = ["0.0.0.0", "::"]
# https_port = 7443
# names = ["kiten.plant-7.example"]   # what browsers may call it
# certificate = "console.pem"         # PEM with the chain, relative to this directory; read anew each hour
# key = "console.key.pem"
# session_hours = 12       # after so long a browser signs in anew
# idle_minutes = 60        # after so long without a request, too

# An identity provider by which operators may sign in (OpenID Connect), besides links and passkeys:
[oidc]
# issuer = "https://id.plant-7.example"
# client_id = "kiten"
# client_secret_file = "oidc.secret"  # relative to this directory; a public client has none
# name = "Plant 7"
# scope = "openid profile"
# groups_claim = "groups"
# roles = { "kiten-admins" = "administrator", "line-3" = "operator" }

[device]
# hosts = ["127.0.0.1", "::1"]   # enrolment (EST); open it to your network on purpose
# port = 8443

[mqtt]
# hosts = ["127.0.0.1", "::1"]
# port = 8883
# refused_publish = "drop"       # or "close": what an MQTT 3.1.1 client sees
# queue_overflow = "drop-newest" # or "drop-oldest", "end-session": when more waits for a client than may
# keep_alive_limit_seconds = 65535

[gateway]
# workers = 1           # threads that share the MQTT ports; more help where there are processors for them

[proxy]
# Load balancers before the devices' ports that say whose connection it is by the PROXY protocol, version 1 or 2. From
# these addresses a header has to come first, from all others none may:
# from = ["192.0.2.4", "10.0.0.0/8", "::1"]

[passwords]
# Devices that can have no certificate and know only a password (kiten device password ID) are let in where a port is set:
#   port = 8884                  # MQTT over TLS
#   plain_port = 1883            # without TLS: whoever is on the way reads passwords and messages
# hosts = ["127.0.0.1", "::1"]
# plain_hosts = ["127.0.0.1", "::1"]

[certificates]
# device_lifetime_days = 90
# Certificates of other authorities, for devices that ask for a host name (SNI); \`kiten reload\` reads them again:
#   [[certificates.named]]
#   name = "mqtt.plant-7.example"    # or "*.plant-7.example"
#   key = "ca/mqtt.key.pem"          # PEM, relative to this directory, readable by its owner alone
#   certificate = "ca/mqtt.pem"      # with its chain

# Manufacturers whose device certificates (IDevID, IEEE 802.1AR) may enrol, each in a block of its own:
# [[manufacturers]]
# name = "acme"
# root = "ca/acme.pem"     # PEM, relative to this directory
# group = "default"        # the group that its devices join

[log]
# level = "info"
# checkpoint_seconds = 1
# entries = "operators"          # or "public": who may read entries over HTTP
# Have checkpoints stamped with a time by somebody else (RFC 3161):
# time_stamp_url = "http://tsa.example/"
# time_stamp_roots = "ca/tsa.pem"
# time_stamp_minutes = 60

[retention]
# Until an operator sets something else in the console:
# evidence_days = 365            # content of evidence; what still counts is kept
# traffic_days = 14

# Who is told what happens, each in a block of its own:
# [[events]]
# name = "siem"
# url = "syslog+tls://logs.example:6514"  # or syslog+udp, syslog+tcp; https:// for a webhook
# format = "kiten"         # or "ocsf"
# types = ["*"]            # or some: ["device/*", "finding/recorded"]
# ca = "ca/siem.pem"       # PEM, relative to this directory; else the system's
# secret_file = "webhook.secret"          # of a webhook: \`kiten events secret\` makes one

[store]
# PostgreSQL in place of the file in this directory, which moves there at the next start:
# url = "postgres://kiten@localhost:5432/kiten"
# password_file = "postgres.password"   # its first line; or the name of an environment variable:
# password_env = "KITEN_STORE_PASSWORD"

[quotas]
# disk_free_mib = 512            # warned of below it; below a quarter of it the site is not ready
# store_mib = 0                  # 0: none; warned of from four fifths on
# log_mib = 0
# sessions_mib = 0
# evidence_mib = 0

[approvals]
# What takes two people, besides breaking the glass: group-quarantine, device-revoke, policy-change,
# invariant-change, mode-change, brake-confirm, evidence-erasure, tpm-replacement,
# retention-change
# actions = []
# hours = 24                     # after so long a request that nobody decided is void

[verdicts]
# validity_hours = 24            # of a verdict that is exported for others
`;

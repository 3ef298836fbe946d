import type { Clock } from '@kiten/codec';
import { type Expirable, expiring } from '@kiten/identity';
import type { Brake } from './brake.ts';
import type { DeviceBook } from './device-book.ts';
import type { SiteKeys } from './keys.ts';
import type { Warning } from './services.ts';
import type { TlsDesk } from './tls-material.ts';
import type { WitnessDesk } from './witness-desk.ts';

export interface WarningParts {
  readonly keys: SiteKeys;
  readonly tls: TlsDesk;
  readonly book: DeviceBook;
  /** Milliseconds that a device's certificate lasts. */
  readonly deviceLifetime: number;
  readonly witnesses: Pick<WitnessDesk, 'all'>;
  /** Whether a port takes passwords without TLS. */
  readonly hasPlainPasswords: boolean;
  /** The certificate under which the console answers beyond this machine. */
  readonly consoleCertificate?: { readonly notBefore: number; readonly notAfter: number } | undefined;
  readonly brake: Pick<Brake, 'all' | 'heldBy'>;
  readonly clock: Clock;
}

/** What an operator should know: certificates in their last third, the site's own and the devices', and objections to the log. */
export function siteWarnings(parts: WarningParts): readonly Warning[] {
  const { tls, clock } = parts;
  const { authority } = parts.keys;
  const items: Expirable[] = [
    { kind: 'root', name: 'the root CA', ...authority.root },
    ...(authority.previousRoot === undefined
      ? []
      : [{ ...authority.previousRoot, kind: 'root', name: 'the root CA of before' }]),
    { kind: 'issuing', name: 'the issuing CA', ...authority.issuer },
    { kind: 'server', name: 'the server certificate', ...tls.server },
    ...tls.named.map((one) => ({ ...one, kind: 'server', name: `the certificate for ${one.name}` })),
  ].map(({ kind, name, notBefore, notAfter }) => ({ kind, name, notBefore, notAfter }) as Expirable);
  const own = expiring(items, clock.now()).map(({ kind, name, state, notAfter }) => ({
    code: `kiten/${kind}-${state}`,
    message: `${name} ${state === 'expired' ? 'expired' : 'expires'} on ${new Date(notAfter).toISOString().slice(0, 10)}`,
  }));
  return [
    ...own,
    ...consoleCertificate(parts),
    ...(parts.hasPlainPasswords ? [plainPasswords] : []),
    ...objections(parts),
    ...renewals(parts),
    ...twoRoots(parts),
    ...observers(parts),
    ...brakes(parts),
    ...brokenGlass(parts),
  ];
}

function consoleCertificate({ consoleCertificate: shown, clock }: WarningParts): readonly Warning[] {
  const items: Expirable[] = shown === undefined ? [] : [{ kind: 'server', name: 'console', ...shown }];
  return expiring(items, clock.now()).map(({ state, notAfter }) => ({
    code: state === 'expired' ? 'kiten/console-certificate-expired' : 'kiten/console-certificate-expiring',
    message: `the console’s certificate ${state === 'expired' ? 'expired' : 'expires'} on ${new Date(notAfter).toISOString().slice(0, 10)}`,
  }));
}

const plainPasswords: Warning = {
  code: 'kiten/passwords-in-the-clear',
  message:
    'a port takes passwords without TLS: whoever is on the way can read and use them ([passwords] plain_port)',
};

const whatObjected: Readonly<Record<string, string>> = {
  'ledger/witness-ahead':
    'has seen more of this log than there is: it was set back, or a copy of it runs somewhere',
  'ledger/split-view': 'has seen another log under this one’s name, signed with its key',
};

/** Witnesses that do not cosign, and what that says about the log. */
function objections({ witnesses }: WarningParts): readonly Warning[] {
  return witnesses.all().flatMap(({ name, problem }) => {
    if (problem === undefined) return [];
    return [
      { code: problem, message: `the witness ${name} ${whatObjected[problem] ?? 'does not cosign the log'}` },
    ];
  });
}

/** Exceptions in force. */
function brokenGlass({ book }: WarningParts): readonly Warning[] {
  return book.exceptions.map(({ device, group, until, requestedBy, approvedBy }) => {
    const whom = device === undefined ? `the group ${group}` : device;
    const message = `${requestedBy} and ${approvedBy} made an exception for ${whom} until ${new Date(until).toISOString().slice(0, 19)}Z: what policy refuses passes`;
    return { code: 'kiten/glass-broken', message };
  });
}

/** Falls that wait for a person. */
function brakes({ brake }: WarningParts): readonly Warning[] {
  return brake.all().flatMap(({ id, group, code, state }) => {
    if (state !== 'braking') return [];
    const message = `the brake ${id} holds what ${code} fells in the group ${group} (${brake.heldBy(id).length} devices): confirm or release it`;
    return [{ code: 'kiten/brake-pulled', message }];
  });
}

/** Groups for which nothing is refused. */
function observers({ book }: WarningParts): readonly Warning[] {
  return book.groups().flatMap(({ name, mode }) => {
    if (mode === 'enforce') return [];
    const message = `the group ${name} observes: what policy refuses to its devices (${book.sizeOf(name)}) passes and is shown`;
    return [{ code: 'kiten/group-observes', message }];
  });
}

/** A change of root that is not over. */
function twoRoots({ keys }: WarningParts): readonly Warning[] {
  if (keys.authority.previousRoot === undefined) return [];
  const message =
    'devices may trust the root CA of before: `kiten ca retire-root` says who has not renewed since, and retires it';
  return [{ code: 'kiten/two-roots', message }];
}

function renewals(parts: WarningParts): readonly Warning[] {
  const devices = devicesToRenew(parts);
  if (devices.length === 0) return [];
  const some = devices.slice(0, 3).join(', ') + (devices.length > 3 ? ', …' : '');
  const message = `${devices.length} devices have not renewed a certificate in its last third: ${some}`;
  return [{ code: 'kiten/device-expiring', message }];
}

/** Devices that are let in and whose last certificate has less than a third of its life left, or none. */
function devicesToRenew({ book, deviceLifetime, clock }: WarningParts): readonly string[] {
  const soon = clock.now() + deviceLifetime / 3;
  const devices = [...book.all()].filter(
    ({ standing, certificates, password }) =>
      standing !== 'revoked' &&
      password === undefined &&
      certificates.every(({ notAfter, revokedAt }) => notAfter < soon || revokedAt !== undefined),
  );
  return devices.map(({ id }) => id);
}

import type { TokenStore } from '@kiten/identity';
import { type EarClaims, type Evidence, earClaims, type Finding, signEar, type Verdict } from '@kiten/trust';
import { tokenStore } from '../store/tokens.ts';
import { version } from '../version.ts';
import { openAppraisal } from './appraisal.ts';
import type { DeviceRecord } from './device-book.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from './enrolment.ts';
import { type GroupDesk, openGroupDesk } from './groups.ts';
import type { Manufacturers } from './manufacturers.ts';
import { OperatorDesk } from './operators.ts';
import { PolicyDesk } from './policies.ts';
import { openRegister } from './register.ts';
import type { SiteOptions, SiteState } from './state.ts';
import { TrustDesk } from './trust-desk.ts';

/** Where what is decided goes: to the gateway, once there is one. */
export interface Outlet {
  device(device: DeviceRecord, fall: boolean): void;
  policies(): void;
}

/** Everything that decides. */
export interface Desks {
  readonly trust: TrustDesk;
  readonly policies: PolicyDesk;
  readonly operators: OperatorDesk;
  readonly groups: GroupDesk;
  readonly enrolment: EnrolmentDesk;
  readonly tokens: TokenStore;
  readonly register: ReturnType<typeof openRegister>;
  readonly appraise: (evidence: Evidence) => readonly Finding[];
  /** Changes made before this is set are those that the gateway is brought up to date with at its start. */
  connect(outlet: Outlet): void;
}

export async function openDesks(
  state: SiteState,
  options: SiteOptions,
  manufacturers: Manufacturers,
): Promise<Desks> {
  const { site, database, book, journal, hub, keys } = state;
  const { clock, random } = options;
  let outlet: Outlet | undefined;

  const trust = new TrustDesk({
    clock,
    book,
    journal,
    sign: (verdict) => signEar(earOf(verdict), keys.verifier),
    enforce: (device, fall) => outlet?.device(device, fall),
    changed: ({ id }) => hub.publish('device', { device: id }),
  });
  const policies = await PolicyDesk.open({ database, journal, clock, enforce: () => outlet?.policies() });
  const appraise = openAppraisal(keys.authority);
  const tokens = tokenStore(database);
  return {
    trust,
    policies,
    appraise,
    tokens,
    operators: new OperatorDesk(database, clock, random),
    groups: openGroupDesk({ book, journal, trust, clock }),
    enrolment: openEnrolmentDesk({ tokens, book, journal, clock, random }),
    register: openRegister({
      database,
      book,
      trust,
      appraise,
      admitIdevid: (identity) => manufacturers.admit(identity),
    }),
    connect(to) {
      outlet = to;
    },
  };

  function earOf(verdict: Verdict): EarClaims {
    return earClaims(verdict, {
      issuer: site,
      developer: 'https://kiten.example',
      build: `kiten ${version}`,
    });
  }
}

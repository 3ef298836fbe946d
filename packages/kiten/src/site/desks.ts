import type { TokenStore } from '@kiten/identity';
import {
  type EarClaims,
  earClaims,
  type Finding,
  type SealedEvidence,
  signEar,
  type Verdict,
} from '@kiten/trust';
import { tokenStore } from '../store/tokens.ts';
import { version } from '../version.ts';
import { type Access, openAccess } from './access/open-access.ts';
import { findingRegistry, openAppraisal } from './appraisal.ts';
import type { AttestationSchedule } from './attestation/attestation-schedule.ts';
import { type Attestation, openAttestation } from './attestation/open-attestation.ts';
import { AuthorityDesk } from './authorities.ts';
import { Brake } from './brake.ts';
import { BrakeDesk } from './brake-desk.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from './enrolment.ts';
import { EvidenceDesk } from './evidence-desk.ts';
import { ExceptionDesk } from './exceptions.ts';
import { type GroupDesk, openGroupDesk } from './groups.ts';
import { findingsInForce, trustInForce } from './held-fall.ts';
import { LogAnchor } from './log-anchor.ts';
import { originOf } from './log-identity.ts';
import type { Manufacturers } from './manufacturers.ts';
import { openStreams } from './measurement/open-streams.ts';
import type { StreamDesk } from './measurement/stream-desk.ts';
import { StreamTrusts } from './measurement/stream-trust.ts';
import type { Outlet } from './outlet.ts';
import { PassportBoard } from './passport-board.ts';
import { PasswordDesk } from './passwords.ts';
import { PayloadRuleDesk } from './payload-rules.ts';
import { PlaybookDesk } from './playbook-desk.ts';
import { PolicyDesk } from './policies.ts';
import { openRegister } from './register.ts';
import { RetentionDesk } from './retention.ts';
import type { SiteOptions, SiteState } from './state.ts';
import { stateFinding } from './statements.ts';
import { TrustDesk } from './trust-desk.ts';
import { openUpdate, type Update } from './update/open-update.ts';
import { VerdictDesk } from './verdict-desk.ts';
import { WitnessDesk } from './witness-desk.ts';
import { WitnessingDesk } from './witnessing.ts';

/** Everything that decides. */
export interface Desks extends Access, Attestation, Update {
  readonly trust: TrustDesk;
  readonly policies: PolicyDesk;
  readonly groups: GroupDesk;
  readonly brake: Brake;
  readonly brakes: BrakeDesk;
  readonly playbooks: PlaybookDesk;
  readonly exceptions: ExceptionDesk;
  readonly enrolment: EnrolmentDesk;
  readonly tokens: TokenStore;
  readonly register: ReturnType<typeof openRegister>;
  readonly passwords: PasswordDesk;
  readonly payloadRules: PayloadRuleDesk;
  /** Streams of readings. */
  readonly streams: StreamDesk;
  /** What is known of them, for those who hold messages back. */
  readonly streamTrusts: StreamTrusts;
  readonly appraise: (evidence: SealedEvidence) => readonly Finding[];
  readonly evidence: EvidenceDesk;
  readonly retention: RetentionDesk;
  /** Others whose word counts. */
  readonly authorities: AuthorityDesk;
  /** Verdicts for others to carry and check. */
  readonly verdicts: VerdictDesk;
  readonly witnesses: WitnessDesk;
  readonly witnessing: WitnessingDesk;
  /** Changes made before this is set are those that the gateway is brought up to date with at its start. */
  connect(outlet: Outlet): void;
}

export async function openDesks(
  state: SiteState,
  options: SiteOptions,
  manufacturers: Manufacturers,
): Promise<Desks> {
  const { site, database, book, journal, hub, keys, marks, payloads, ledger, reasoner, appraisalPool } =
    state;
  const { clock, random, logger } = options;
  let outlet: Outlet | undefined;
  let schedule: AttestationSchedule | undefined;
  let update: Update | undefined;
  let readings: StreamDesk | undefined;

  const evidence = new EvidenceDesk({ database, payloads, book, journal, clock, random });
  const passports = await PassportBoard.load(database, { book, marks, clock });
  const verifier = { issuer: site, signer: keys.verifier };

  const playbooks: PlaybookDesk = new PlaybookDesk({
    ...{ book, clock, random, hub },
    trust: () => trust,
    notify: (device, notice) => outlet?.notify(device, notice),
  });
  const brake = await Brake.open({
    playbooks,
    database,
    book,
    clock,
    pulled({ id, group, code, state }) {
      logger.error({ code: 'kiten/brake-pulled', brake: id, group, finding: code }, 'falls are held');
      hub.publish('brake', { id, group, code, state });
    },
  });
  const trust: TrustDesk = new TrustDesk({
    clock,
    book,
    journal,
    sign: (verdict) => signEar(earOf(verdict), keys.verifier),
    attest: (finding) => stateFinding(verifier, finding, clock.now()),
    keep: (sealed) => evidence.keep(sealed),
    passports,
    brake,
    enforce(device, fall) {
      outlet?.device(device, fall);
      if (fall) schedule?.fallen(device);
    },
    changed(device) {
      hub.publish('device', { device: device.id });
      readings?.changed(device.id);
      update?.updates
        .appraised(device.id)
        .catch((error: unknown) => logger.error({ err: error, device: device.id }, 'a campaign lags behind'));
    },
  });
  const authorities = await AuthorityDesk.open({ database, journal, book, clock, marks, trust });
  // A crash may have come between the end of somebody's word and what rested on it.
  await authorities.disown('site', 'Whoever said it has been removed.');
  const policies = await PolicyDesk.open({
    ...{ database, journal, clock, reasoner },
    enforce: () => outlet?.policies(),
  });
  const payloadRules = await PayloadRuleDesk.open({
    ...{ database, book, journal, clock },
    enforce: () => outlet?.payloadRules(),
  });
  const streams = await openStreams(state, options, (change) => outlet?.streams(change));
  readings = streams;
  const streamTrusts = new StreamTrusts(streams);
  const witnesses = await WitnessDesk.open({ database, ledger, journal, logger, clock });
  const appraise = openAppraisal(keys.authority, (keyId) => authorities.byKeyId(keyId));
  const tokens = tokenStore(database);
  const attestation = await openAttestation({
    ...{ database, book, journal, keys, appraisalPool, trust, evidence, brake, earOf, clock, random },
    registry: findingRegistry,
    unanswered: (device, occasion) =>
      logger.warn({ code: 'kiten/attestation-unanswered', device, occasion }, 'a session was cut'),
  });
  schedule = attestation.schedule;
  update = await openUpdate({
    ...{ ...state, ...attestation, brake, witnesses, clock, random, logger },
    isPermitted(device) {
      const { vector, overdue } = trustInForce(device).verdict;
      const { id, standing } = device;
      const { ownSourcedData } = streamTrusts.of(findingsInForce(device));
      const facts = { id, standing, vector, overdue, ownSourcedData, groups: book.groupsOf(device) };
      return policies.permitsDevice(facts, 'update', site);
    },
  });
  return {
    ...openAccess(state, options),
    ...attestation,
    ...update,
    trust,
    brake,
    playbooks,
    brakes: new BrakeDesk({ brake, book, journal, trust, playbooks, hub, clock }),
    exceptions: await ExceptionDesk.open({
      ...{ database, book, journal, hub, clock },
      enforce: (device, fall) => outlet?.device(device, fall),
    }),
    policies,
    payloadRules,
    streams,
    streamTrusts,
    appraise,
    evidence,
    authorities,
    witnesses,
    verdicts: new VerdictDesk({
      ...state,
      clock,
      authorities,
      passports,
      trust,
      verifier,
      rootKey: keys.root,
      log: { origin: originOf(site), key: keys.log.publicKey },
      anchor: new LogAnchor({ ledger, marks, clock, witnesses }),
      witnesses: () => witnesses.all().map(({ key }) => key),
      validity: options.configuration.verdictHours * 3_600_000,
    }),
    witnessing: await WitnessingDesk.open({
      name: site,
      signer: keys.witness,
      database,
      journal,
      hub,
      logger,
      clock,
    }),
    tokens,
    retention: await RetentionDesk.open({ database, journal, clock, file: options.configuration }),
    groups: openGroupDesk({
      book,
      journal,
      trust,
      clock,
      enforce: (device, fall) => outlet?.device(device, fall),
      changed: ({ id }) => hub.publish('device', { device: id }),
    }),
    enrolment: openEnrolmentDesk({ tokens, book, journal, clock, random }),
    register: openRegister({
      database,
      book,
      trust,
      seal: (received) => evidence.seal(received),
      appraise,
      admitIdevid: (identity) => manufacturers.admit(identity),
    }),
    passwords: new PasswordDesk({
      ...state,
      trust,
      seal: (received) => evidence.seal(received),
      appraise,
      clock,
      random,
    }),
    connect(to) {
      outlet = to;
      playbooks.resume();
    },
  };

  function earOf(verdict: Verdict, nonce?: string): EarClaims {
    return earClaims(verdict, {
      ...(nonce === undefined ? {} : { nonce }),
      issuer: site,
      developer: 'https://kiten.example',
      build: `kiten ${version}`,
    });
  }
}

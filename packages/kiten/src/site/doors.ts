import { KitenError } from '@kiten/codec';
import type { TlsMaterial } from '@kiten/gateway';
import { createEst, type EnrolmentQuestion, type EstRefusal } from '@kiten/identity';
import {
  type DeviceId,
  deviceSubject,
  type Evidence,
  emptyVector,
  isDeviceId,
  type SealedEvidence,
} from '@kiten/trust';
import type { Configuration, PasswordDoor } from '../config/configuration.ts';
import { attestationRoutes } from '../device/attestation-routes.ts';
import { startDeviceServer } from '../device/device-server.ts';
import { logRoutes } from '../device/log-routes.ts';
import { passportRoute } from '../device/passport-route.ts';
import { updateRoutes } from '../device/update-routes.ts';
import { storedVehicle } from '../store/update-vehicles.ts';
import { version } from '../version.ts';
import { attestationTopics, MqttAttestation } from './attestation/mqtt-attestation.ts';
import type { Desks } from './desks.ts';
import { gatewayEvents } from './gateway-events.ts';
import { GatewayLink } from './gateway-link.ts';
import { findingsInForce, trustInForce } from './held-fall.ts';
import { namingPort } from './local-listener.ts';
import type { Manufacturers } from './manufacturers.ts';
import type { DeclarationChange } from './measurement/declaring.ts';
import { openJudging } from './measurement/open-judging.ts';
import { loadNamedCertificates } from './named-certificates.ts';
import { PresenceBoard } from './presence.ts';
import { openStandingDesk, type StandingDesk } from './standing.ts';
import type { SiteOptions, SiteState } from './state.ts';
import { openTlsDesk, type TlsDesk } from './tls-material.ts';
import { updateClient, updateTopic } from './update/update-notices.ts';

export interface DoorParts {
  readonly state: SiteState;
  readonly desks: Desks;
  readonly options: SiteOptions;
  readonly manufacturers: Manufacturers;
}

/** The doors that devices come through. */
export interface Doors {
  readonly mqttPort: number;
  readonly devicePort: number;
  /** For devices that know only a password, where there are any. */
  readonly passwordPorts: Readonly<Partial<Record<PasswordDoor['kind'], number>>>;
  readonly standing: StandingDesk;
  readonly presence: PresenceBoard;
  readonly tls: TlsDesk;
  /** Resolves if a door closed by itself. */
  readonly failed: Promise<Error>;
  statistics(): Readonly<Record<string, number>>;
  /** When the gateway last told its counts. */
  heardAt(): number;
  heartbeat(at: number): void;
  /** New certificates and revocation lists for every door. */
  renewTls(): Promise<void>;
  /** The same with the names and certificates of a configuration. @throws KitenError `kiten/named-certificate` */
  reloadTls(configuration: Pick<Configuration, 'names' | 'namedCertificates'>): Promise<void>;
  /** Considers again the evidence that could not be kept, on a full disk say. */
  reconsider(): Promise<void>;
}

/** Starts the gateway, brings it up to date, and opens the enrolment port. */
export async function openDoors(
  { state, desks, options, manufacturers }: DoorParts,
  closing: AsyncDisposableStack,
): Promise<Doors> {
  const { site, database, journal, keys, book, hub } = state;
  const { configuration, logger, clock } = options;
  const named = await loadNamedCertificates(options.directory, configuration.namedCertificates);
  const tls = await openTlsDesk({ database, keys, names: configuration.names, named, clock });
  const presence = new PresenceBoard();
  const unkept: SealedEvidence[] = [];
  let heardAt = clock.now();
  let statistics: Readonly<Record<string, number>> = {};

  const mqttAttestation = new MqttAttestation({
    ...{ attestation: desks.attestation, results: desks.results, clock, logger },
    say: (saying) => link.say(saying),
  });
  const judging = closing.use(openJudging({ state, desks, logger, clock }));
  const link: GatewayLink = new GatewayLink({
    data: {
      trustDomain: site,
      version: `Kiten ${version}`,
      refusedPublish: configuration.refusedPublish,
      queueOverflow: configuration.queueOverflow,
      storeDirectory: state.layout.sessions,
      proxies: configuration.proxies,
      siteTopics: { ...attestationTopics, spoken: [...attestationTopics.spoken, updateTopic('{device}')] },
      limits: { maximumKeepAlive: configuration.keepAliveLimitSeconds, statisticsInterval: 2_000 },
    },
    workers: configuration.gatewayWorkers,
    feed: () => judging.feed(),
    heard: gatewayEvents({
      database,
      traffic: state.traffic,
      journal,
      presence,
      hub,
      logger: logger.child({ part: 'gateway' }),
      consider,
      acknowledged: async (device, run) => void (await desks.playbooks.acknowledged(device, run)),
      said: (device, topic, payload) => mqttAttestation.heard(device, topic, payload),
      opened: (device) => desks.schedule.reconnected(device),
      counted: (counts) => {
        statistics = counts;
        heardAt = clock.now();
      },
    }),
    who: {
      authenticators: [mqttAttestation],
      ...(configuration.passwordDoors.length === 0 ? {} : { verifyPassword: desks.passwords.verify }),
    },
    tellEverything,
    now: () => clock.now(),
    random: options.random,
  });
  closing.defer(() => link.stop());
  await judging.begin();
  tellEverything();
  desks.connect({
    device: (device) => link.device(device, book, desks.streamTrusts),
    streams: tellStreams,
    policies: () => link.policies(desks.policies.json),
    payloadRules: () => link.payloadRules(desks.payloadRules.rules),
    notify: (device, { playbook: name, run, ...rest }) =>
      link.notice({ device, name, run, payload: JSON.stringify({ playbook: name, run, ...rest }) }),
  });
  desks.schedule.connect({
    // What an agent opens to hear of updates answers no challenge.
    isConnected: (device) => presence.of(device).some(({ clientId }) => clientId !== updateClient(device)),
    challenge: (device, deadline) => mqttAttestation.challenge(device, deadline),
    sever: (device, reason) => link.sever(device, reason),
  });
  desks.updateNotices.connect({
    isConnected: (device) => presence.of(device).length > 0,
    tell: (device) => link.say({ topic: updateTopic(device), payload: '{}', lifetime: 60_000 }),
  });
  const mqtt = { kind: 'tls', setting: 'mqtt' } as const;
  const mqttPort = await link.listen(mqtt, configuration.mqttHosts, configuration.mqttPort);
  const passwordPorts: Partial<Record<PasswordDoor['kind'], number>> = {};
  for (const { kind, hosts, port } of configuration.passwordDoors)
    passwordPorts[kind] = await link.listen({ kind, setting: 'passwords' }, hosts, port);

  const est = createEst({
    authority: keys.authority,
    tokens: desks.tokens,
    register: desks.register,
    manufacturerRoots: manufacturers.roots,
    clock,
    permit,
    keys: desks.keyJudge,
    refused,
  });
  const devices = await namingPort('device', configuration.devicePort, () =>
    startDeviceServer({
      hosts: configuration.deviceHosts,
      proxies: configuration.proxies,
      port: configuration.devicePort,
      tls: tls.present,
      manufacturers: manufacturers.pem,
      est,
      mount(server) {
        logRoutes(server, {
          directory: state.layout.log,
          entries: configuration.logEntries,
          addCheckpoint: (body) => desks.witnessing.addCheckpoint(body),
        });
        passportRoute(server, {
          book,
          clock,
          passport: (device) => desks.verdicts.exportBundle(device, { compact: true }),
        });
        attestationRoutes(server, {
          ...{ book, clock, tokens: desks.tokens, results: desks.results },
          keys: desks.attestationKeys,
          attestation: desks.attestation,
          mayAttest: (device) => permits('attest', device),
        });
        updateRoutes(server, {
          ...{ book, clock, updates: desks.updates, director: desks.director, images: desks.images },
          inclusions: desks.inclusions,
          vehicle: (device) => storedVehicle(database, device),
          mayUpdate: (device) => permits('update', device),
        });
      },
      mqtt: (transport, presented) => link.admit(transport, presented),
      failed: (error) => logger.error({ err: error }, 'enrolment failed'),
      refused: (error, address) =>
        logger.warn({ code: 'kiten/tls-refused', reason: error.code, address }, 'a TLS handshake failed'),
      unrelayed: ({ code, message }, address) => logger.warn({ code, address }, message),
    }),
  );
  closing.defer(() => devices.close());

  /** To the gateway, which begins with nothing. */
  function tellEverything(): void {
    link.heartbeat(clock.now());
    link.policies(desks.policies.json);
    link.payloadRules(desks.payloadRules.rules);
    tellStreams('more');
    for (const device of book.all()) link.device(device, book, desks.streamTrusts);
    link.tls(tls.present);
  }

  /** What holds readings back is in force before what it takes the place of is lifted. */
  function tellStreams(change: DeclarationChange): void {
    if (change === 'more') link.streams(desks.streamTrusts);
    for (const device of book.all())
      if (device.verdict.findings.some(({ subject }) => subject.kind === 'stream'))
        link.device(device, book, desks.streamTrusts);
    if (change === 'fewer') link.streams(desks.streamTrusts);
  }

  async function renewTls(): Promise<void> {
    serveWith(await tls.renew());
  }

  async function reloadTls({
    names,
    namedCertificates,
  }: Pick<Configuration, 'names' | 'namedCertificates'>): Promise<void> {
    serveWith(await tls.reload(names, await loadNamedCertificates(options.directory, namedCertificates)));
  }

  function serveWith(material: TlsMaterial): void {
    link.tls(material);
    devices.renew(material);
  }

  return {
    mqttPort,
    devicePort: devices.port,
    passwordPorts,
    standing: openStandingDesk(desks.trust, renewTls),
    presence,
    tls,
    failed: link.failed,
    statistics: () => statistics,
    heardAt: () => heardAt,
    heartbeat: (at) => link.heartbeat(at),
    renewTls,
    reloadTls,
    reconsider,
  };

  /** Evidence that the gateway gathered: appraised, and whatever it shows put in force. */
  function consider(evidence: Evidence): Promise<void> {
    return considerSealed(desks.evidence.seal(evidence));
  }

  async function considerSealed(evidence: SealedEvidence): Promise<void> {
    const findings = desks.appraise(evidence);
    const { kind, id } = evidence.subject;
    if (findings.length === 0 || kind !== 'device' || book.find(id) === undefined) return;
    logger.warn({ device: id, findings: findings.map(({ code }) => code) }, 'new findings');
    try {
      await desks.trust.find(id, evidence, findings);
    } catch (error) {
      // What it shows is enforced already; it stays so when the disk takes it.
      if (unkept.length < MOST_UNKEPT) unkept.push(evidence);
      throw error;
    }
  }

  async function reconsider(): Promise<void> {
    for (const evidence of unkept.splice(0)) await considerSealed(evidence);
  }

  /**
   * Whoever enrols, or proves its TPM before it does, is judged as what it is about to be: admitted, with everything that
   * is known about it. A revoked device cannot come by certificate.
   */
  async function permit({ action, device }: EnrolmentQuestion): Promise<KitenError | undefined> {
    if (permits(action, device)) return undefined;
    return new KitenError(
      'kiten/enrolment-forbidden',
      `Policy does not let “${device}” ${action} as it stands.`,
    );
  }

  function permits(action: EnrolmentQuestion['action'] | 'attest' | 'update', device: DeviceId): boolean {
    const known = book.find(device);
    const standing =
      known === undefined || (action !== 'renew' && known.standing === 'revoked')
        ? 'admitted'
        : known.standing;
    const inForce = known === undefined ? undefined : trustInForce(known).verdict;
    const facts = {
      id: device,
      groups: known === undefined ? [] : book.groupsOf(known),
      standing,
      vector: inForce?.vector ?? emptyVector,
      overdue: inForce?.overdue ?? false,
      ownSourcedData: known && desks.streamTrusts.of(findingsInForce(known)).ownSourcedData,
    };
    return desks.policies.permitsDevice(facts, action, site);
  }

  function refused({ code, message, status, path, remoteAddress, claimedDevice, at }: EstRefusal): void {
    logger.warn({ code, status, path, address: remoteAddress, device: claimedDevice }, message);
    hub.publish('enrolment-refused', { code, message, address: remoteAddress, device: claimedDevice, at });
    // Whoever is told to wait was logged for what came before that, and could otherwise fill the log.
    if (status === TOO_MANY_REQUESTS) return;
    const subject = isDeviceId(claimedDevice) ? { subject: deviceSubject(claimedDevice) } : {};
    const event = {
      type: 'enrolment/refused',
      at,
      actor: 'site',
      reason: message,
      data: { code, address: remoteAddress },
    };
    journal
      .record({ ...event, ...subject })
      .catch((error: unknown) => logger.error({ err: error }, 'a refusal could not be logged'));
  }
}

const TOO_MANY_REQUESTS = 429;
const MOST_UNKEPT = 1000;

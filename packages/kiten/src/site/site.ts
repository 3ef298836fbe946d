import { rm, writeFile } from 'node:fs/promises';
import { encodePem } from '@kiten/codec';
import type { PublishedCheckpoint } from '@kiten/ledger';
import { buildApi } from '../api/server.ts';
import { findingRegistry } from './appraisal.ts';
import { ApprovalDesk } from './approvals.ts';
import { CertificateAuthorityDesk } from './authority-desk.ts';
import { type ConsoleDoor, openConsoleDoor } from './console-door.ts';
import { openDesks } from './desks.ts';
import { openDoors } from './doors.ts';
import { drasticActions } from './drastic-actions.ts';
import { EventDesk } from './event-desk.ts';
import type { SiteEvent } from './event-hub.ts';
import { HealthDesk } from './health.ts';
import { listenLocally } from './local-listener.ts';
import { openManufacturers } from './manufacturers.ts';
import { type Reloaded, reloadSite } from './reload.ts';
import type { Addresses, SiteServices } from './services.ts';
import { openState, type SiteOptions } from './state.ts';
import { StoryBoard } from './story-board.ts';
import { openTimekeeping } from './timekeeping.ts';
import { measureUsage } from './usage.ts';
import { siteWarnings } from './warnings.ts';

/** A site that answers. */
export interface RunningSite {
  readonly site: string;
  readonly addresses: Addresses;
  /** Its data directory. */
  readonly directory: string;
  /** The CA certificate's file. */
  readonly ca: string;
  readonly caFingerprint: string;
  readonly tokenFile: string;
  /** Signs a browser in, once. */
  readonly signInLink: string;
  /** Resolves if the site cannot go on by itself. */
  readonly failed: Promise<Error>;
  listen(listener: (event: SiteEvent) => void): () => void;
  /** Where a demonstration tells its story. */
  readonly story: StoryBoard;
  /** Reads the configuration again. What does not hold is told in the log of the program, and changes nothing. */
  reload(): void;
  stop(): Promise<void>;
}

/**
 * Brings a site up: opens what it remembers, brings the gateway up to date, opens its doors.
 *
 * @throws KitenError `kiten/data-in-use`, `kiten/port-in-use`, `kiten/store-unreadable`, and what the parts throw
 */
export async function startSite(options: SiteOptions): Promise<RunningSite> {
  await using closing = new AsyncDisposableStack();
  const { clock, logger, configuration } = options;
  const state = await openState(options, closing);
  const manufacturers = await openManufacturers(options.directory, configuration.manufacturers, (group) =>
    state.book.mustKnowGroup(group),
  );
  const desks = await openDesks(state, options, manufacturers);
  const doors = await openDoors({ state, desks, options, manufacturers }, closing);

  const approvals = await ApprovalDesk.open({
    ...state,
    ...desks,
    clock,
    random: options.random,
    actions: drasticActions({ ...state, ...desks, standing: doors.standing }),
    needed: configuration.approvals,
    patience: configuration.approvalHours * 3_600_000,
  });

  const startedAt = clock.now();
  const story = new StoryBoard(state.hub, clock);
  let ready = false;
  let consoleDoor: ConsoleDoor | undefined;
  const warnings = () => [
    ...siteWarnings({
      ...state,
      ...desks,
      tls: doors.tls,
      consoleCertificate: consoleDoor?.certificate,
      hasPlainPasswords: doors.passwordPorts['plain-password'] !== undefined,
      deviceLifetime: configuration.deviceLifetimeDays * 86_400_000,
      clock,
    }),
    ...events.warnings(),
    ...desks.streams.health.warnings(),
  ];
  const health = new HealthDesk({
    database: state.database,
    clock,
    quotas: configuration.quotas,
    measure: () => measureUsage(state.layout),
    waiting: () => state.journal.waiting,
    gatewayHeardAt: () => doors.heardAt(),
    warnings,
    isUp: () => ready,
  });
  await health.measure();
  const events = await EventDesk.open(state, options);
  closing.use(events);
  const api = await buildApi(services());
  const local = await listenLocally(api, configuration.consolePort);
  closing.defer(() => local.close());
  if (configuration.consoleDoor !== undefined) {
    consoleDoor = await openConsoleDoor(api, options.directory, configuration.consoleDoor);
    closing.defer(() => consoleDoor?.close());
  }
  const addresses = addressesOf(local.port);
  await state.journal.record({
    type: 'site/started',
    at: startedAt,
    actor: 'site',
    data: { devices: state.book.size },
  });
  closing.defer(() =>
    state.journal.record({ type: 'site/stopped', at: clock.now(), actor: 'site', data: {} }),
  );
  const { witnesses } = desks;
  const published = (checkpoint: PublishedCheckpoint): void => witnesses.published(checkpoint);
  state.checkpoints.on('published', published);
  closing.defer(() => void state.checkpoints.off('published', published));
  closing.use(await openTimekeeping({ state, desks, doors, health, consoleDoor, options }));
  await writeFile(state.layout.running, JSON.stringify({ ...addresses, run: options.run }), { mode: 0o600 });
  closing.defer(() => rm(state.layout.running, { force: true }));
  ready = true;
  logger.info({ site: state.site, ...addresses }, 'site is up');

  // From the first step of closing on, whoever watches sends nobody here any more.
  closing.defer(() => {
    ready = false;
  });
  const opened = closing.move();
  const administrator = await desks.operators.firstAdministrator();
  const { link } = await desks.operators.createLink(administrator.name);
  return {
    site: state.site,
    addresses,
    directory: options.directory,
    ca: state.layout.caFile,
    caFingerprint: state.keys.authority.fingerprint,
    tokenFile: state.layout.tokenFile,
    signInLink: `${addresses.console}#sign-in=${link}`,
    failed: Promise.race([doors.failed, state.lost]),
    listen: (listener) => state.hub.subscribe(listener),
    story,
    reload() {
      reload('site').catch((error: unknown) => logger.error({ err: error }, 'nothing was reloaded'));
    },
    stop: () => opened.disposeAsync(),
  };

  function reload(actor: string): Promise<Reloaded> {
    const { journal } = state;
    const { reread } = options;
    return reloadSite({ journal, clock, doors, present: configuration, reread }, actor);
  }

  function addressesOf(port: number): Addresses {
    const { password, 'plain-password': plain } = doors.passwordPorts;
    return {
      console: `http://localhost:${port}/`,
      api: `http://localhost:${port}/api/v1`,
      device: `https://localhost:${doors.devicePort}`,
      mqtts: `localhost:${doors.mqttPort}`,
      ...(password === undefined ? {} : { passwords: `localhost:${password}` }),
      ...(plain === undefined ? {} : { plainPasswords: `localhost:${plain}` }),
      ...(consoleDoor === undefined ? {} : { publicConsole: publicAddress(consoleDoor.port) }),
    };
  }

  function publicAddress(port: number): string {
    const [name = ''] = configuration.consoleDoor?.names ?? [];
    return new URL(`https://${name.includes(':') ? `[${name}]` : name}:${port}/`).href;
  }

  function services(): SiteServices {
    return {
      ...state,
      ...desks,
      approvals,
      story,
      startedAt,
      get caFingerprint() {
        return state.keys.authority.fingerprint;
      },
      get addresses() {
        return addresses;
      },
      run: options.run,
      consoleNames: configuration.consoleDoor?.names ?? [],
      clock,
      logger,
      registry: findingRegistry,
      standing: doors.standing,
      certificateAuthorities: new CertificateAuthorityDesk({
        ...state,
        clock,
        renewTls: () => doors.renewTls(),
      }),
      presence: doors.presence,
      logKey: state.keys.log.publicKey,
      logEntries: configuration.logEntries,
      verifierKey: encodePem('PUBLIC KEY', state.keys.verifier.publicKey),
      warnings,
      health,
      events,
      reload,
      gatewayStatistics: () => doors.statistics(),
    };
  }
}

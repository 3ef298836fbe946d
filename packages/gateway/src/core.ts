import type { Clock } from '@kiten/codec';
import type { Decision, PolicyError } from '@kiten/policy';
import type { MessageTap } from '@kiten/trust';
import type { Answers } from './answers.ts';
import type { Authenticator, PasswordVerifier } from './authenticator.ts';
import { BackPressure } from './back-pressure.ts';
import { type BoundsByKey, ownBounds } from './bounds-by-key.ts';
import type { TlsMaterial } from './change.ts';
import type { Connection } from './connection.ts';
import { DenialLog } from './denial-log.ts';
import { DeviceRecord } from './device-record.ts';
import type { EmitEvent } from './event.ts';
import { SessionOverlap } from './evidence/session-overlap.ts';
import { TopicProbing } from './evidence/topic-probing.ts';
import { type Judge, openJudge, PolicyJudge } from './judge.ts';
import { KnownCertificates } from './known-certificates.ts';
import type { Limits } from './limits.ts';
import type { Mesh } from './mesh/mesh.ts';
import { Outbox } from './outbox.ts';
import type { QueueOverflow } from './overflow.ts';
import { CompiledRule } from './payload/compiled-rule.ts';
import type { PayloadRule } from './payload/payload-rule.ts';
import { memoryStore } from './persistence/memory-store.ts';
import type { OpenedStore } from './persistence/open-disk-store.ts';
import type { SessionStore } from './persistence/store.ts';
import { ProxyDoor } from './proxy-door.ts';
import { RefusalLog } from './refusal-log.ts';
import { RepeatLimiter } from './repeat-limiter.ts';
import { Replica } from './replica.ts';
import { RetainedMessages } from './retained.ts';
import type { RevocationLists } from './revocation/revocation-lists.ts';
import type { Session } from './session.ts';
import { type SiteTopics, SiteTopicTable } from './site-topics.ts';
import { noStatistics, type Statistics } from './statistics.ts';
import { storeHost } from './store-host.ts';
import { Subscriptions } from './subscriptions.ts';
import { SystemTopics } from './system-topics.ts';
import { TicketKeys } from './ticket-keys.ts';
import { TrafficCounts } from './traffic-counts.ts';
import { Wills } from './wills.ts';

export interface CoreOptions {
  readonly trustDomain: string;
  readonly clock: Clock;
  /** So many random bytes, unpredictable. */
  readonly random: (bytes: number) => Uint8Array;
  readonly emit: EmitEvent;
  readonly limits: Limits;
  /** `open`: no register, no policy, everybody may do everything. */
  readonly access: 'governed' | 'open';
  /** Whether payloads that say that they are text have to be. */
  readonly checksPayloadFormat: boolean;
  /** What becomes of a 3.1.1 client whose publication was refused; version 5 has an answer for it. */
  readonly refusedPublish: 'drop' | 'close';
  /** What it says that it is, below $SYS. */
  readonly version: string;
  /** What becomes of a session whose queue is full. */
  readonly queueOverflow: QueueOverflow;
  /** Names this gateway in the way that evidence came. */
  readonly name: string;
  readonly authenticators: readonly Authenticator[];
  readonly verifyPassword: PasswordVerifier | undefined;
  /** Addresses and networks from which connections are relayed. */
  readonly proxies: readonly string[];
  readonly siteTopics: SiteTopics;
  readonly taps: readonly MessageTap[];
  /** Bytes of memory in use. */
  readonly heapUsed: () => number;
  /** Looks whether changes have arrived that the loop has not got to yet. */
  readonly poll: () => void;
}

/** What the parts of a gateway share: one of each, and the time of the current turn. */
export class Core {
  readonly options: CoreOptions;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  readonly replica: Replica;
  readonly judge: Judge;
  readonly statistics: Statistics = noStatistics();
  readonly store: SessionStore;
  /** Connections with answers that wait for the store. */
  readonly answering = new Set<Answers>();
  readonly pressure: BackPressure = new BackPressure(this);
  readonly connections = new Set<Connection>();
  readonly sessions = new Map<string, Session>();
  /** Sessions that have ended, while what they have of groups goes to others. */
  readonly departing = new Set<Session>();
  readonly subscriptions = new Subscriptions();
  readonly siteTopics: SiteTopicTable;
  readonly retained: RetainedMessages;
  readonly wills = new Wills();
  readonly outbox = new Outbox();
  readonly counts: TrafficCounts;
  readonly denials: DenialLog;
  readonly refusals: RefusalLog;
  readonly policyFailures: RepeatLimiter<PolicyError>;
  /** Common ones, once it works together with others on the same ports. */
  bounds: BoundsByKey;
  readonly certificates = new KnownCertificates();
  /** Absent unless connections are relayed. */
  readonly proxyDoor: ProxyDoor | undefined;
  readonly overlap: SessionOverlap;
  readonly probing: TopicProbing;
  /** Milliseconds since the Unix epoch, read once for each chunk and each change. */
  now: number;
  /** What ports with TLS serve with, once it is known. */
  tls: TlsMaterial | undefined;
  tickets: TicketKeys;
  /** Its revocation lists, unless OpenSSL has to judge them in each handshake. */
  revocation: RevocationLists | undefined;
  payloadRules: readonly CompiledRule[] = [];
  /** How far the scale by which stored things expire is ahead of the clock, because that was stepped back. */
  readonly #ahead: number;
  polledAt = 0;
  /** Whether clients are let in. Before that the register may not have told all yet: nothing comes due. */
  isServing: boolean;
  statisticsAt = Number.NEGATIVE_INFINITY;
  retainedSweptAt = Number.NEGATIVE_INFINITY;
  /** Who says what nobody published. */
  readonly broker = new DeviceRecord('$SYS', true);
  readonly system: SystemTopics;
  /** The other workers, where there are several on one port. */
  mesh: Mesh | undefined;
  /** Everybody, where there is no register. */
  readonly #anyone = new DeviceRecord('anyone');

  /** Whether there is a store. */
  readonly keeps: boolean;

  /** `opened` is where sessions outlive the process; without it they end with it. */
  constructor(options: CoreOptions, opened?: OpenedStore) {
    const { limits, emit, clock } = options;
    this.options = options;
    this.limits = limits;
    this.clock = clock;
    this.emit = emit;
    this.now = clock.now();
    this.siteTopics = new SiteTopicTable(options.siteTopics);
    this.#ahead = Math.max(0, (opened?.latest ?? this.now) - this.now);
    this.replica = new Replica(options.access === 'open' ? 0 : limits.stalenessBound);
    this.judge =
      options.access === 'open'
        ? openJudge
        : new PolicyJudge(this.replica, options.trustDomain, (errors) => this.#decided(errors));
    this.counts = new TrafficCounts(limits.countRows, emit, this.now);
    this.denials = new DenialLog(limits, emit);
    this.refusals = new RefusalLog(limits, emit, this.statistics);
    this.policyFailures = new RepeatLimiter<PolicyError>({
      interval: limits.denialInterval,
      limit: limits.denials,
      tell: ({ policy, message }, at, repeated) =>
        emit({ kind: 'policy-failed', policy, message, at, repeated }),
    });
    this.bounds = ownBounds(limits);
    this.tickets = new TicketKeys(options.random(TicketKeys.seedBytes));
    const { proxies } = options;
    this.proxyDoor = proxies.length === 0 ? undefined : new ProxyDoor(proxies, limits.handshakeTimeout);
    this.overlap = new SessionOverlap(emit, options.name);
    this.probing = new TopicProbing(emit, options.name);
    this.isServing = opened === undefined;
    this.keeps = opened !== undefined;
    this.store = opened?.attach(storeHost(this)) ?? memoryStore;
    this.retained = new RetainedMessages(limits, this.store);
    for (const tap of options.taps) tap.follow?.(() => this.subscriptions.epochs.touch('#'));
    this.system = new SystemTopics(this);
  }

  /**
   * Milliseconds since the Unix epoch on the scale by which sessions, messages and wills expire: it goes on from what
   * the store has seen, so that a clock stepped back across a restart extends nothing.
   */
  get lifeTime(): number {
    return this.now + this.#ahead;
  }

  /** The record of a registered device. */
  device(id: string): DeviceRecord | undefined {
    return this.options.access === 'open' ? this.#anyone : this.replica.device(id);
  }

  /**
   * Holds what is published from now on to these rules.
   *
   * @throws KitenError `gateway/payload-…`; then the rules from before stay in force
   */
  setPayloadRules(rules: readonly PayloadRule[]): void {
    this.payloadRules = rules.map((rule) => new CompiledRule(rule, this.limits.rateKeys));
    // Every decision that was made before is looked up anew.
    this.subscriptions.epochs.touch('#');
  }

  /** The record of whoever said a message, as the register knows it now. */
  publisher(id: string): DeviceRecord {
    return id === this.broker.id ? this.broker : (this.device(id) ?? new DeviceRecord(id));
  }

  /** The record of a device that the register will tell about, if there still is one. */
  expected(id: string): DeviceRecord {
    if (id === this.broker.id) return this.broker;
    return this.options.access === 'open' ? this.#anyone : this.replica.expected(id);
  }

  #decided(errors: Decision['errors']): void {
    this.statistics.decisions++;
    for (const error of errors) {
      if (!this.policyFailures.isFull) this.policyFailures.note(error.policy, error, this.now);
    }
  }

  /** Looks at the clock, for what follows in this turn. */
  observe(): number {
    this.now = this.clock.now();
    this.replica.observe(this.now);
    return this.now;
  }

  /** The statistics with the gauges as they are now. */
  measured(): Statistics {
    let queued = 0;
    let inflight = 0;
    let connected = 0;
    for (const session of this.sessions.values()) {
      queued += session.queued;
      inflight += session.window.size;
      if (session.connection !== undefined) connected++;
    }
    this.statistics.connections = this.connections.size;
    this.statistics.connected = connected;
    this.statistics.sessions = this.sessions.size;
    this.statistics.subscriptions = this.subscriptions.size;
    this.statistics.sharedSubscriptions = this.subscriptions.sharedSize;
    this.statistics.retainedMessages = this.retained.size;
    this.statistics.retainedBytes = this.retained.bytes;
    this.statistics.queuedMessages = queued;
    this.statistics.inflightMessages = inflight;
    this.statistics.heapBytes = this.options.heapUsed();
    this.statistics.storeBytes = this.store.bytes;
    this.statistics.heldConnections = this.pressure.size;
    this.statistics.bytesOut = this.outbox.bytesWritten;
    return { ...this.statistics };
  }
}

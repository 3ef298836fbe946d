import type { Clock } from '@kiten/codec';
import type { Ledger } from '@kiten/ledger';
import type { Finding, FindingRegistry, SealedEvidence } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import type { ApiTokenDesk } from './access/api-tokens.ts';
import type { AccessChanges } from './access/changes.ts';
import type { OidcDesk } from './access/oidc.ts';
import type { PasskeyDesk } from './access/passkeys.ts';
import type { RecoveryDesk } from './access/recovery-codes.ts';
import type { SessionDesk } from './access/sessions.ts';
import type { ApprovalDesk } from './approvals.ts';
import type { Attestation } from './attestation/open-attestation.ts';
import type { AuthorityDesk } from './authorities.ts';
import type { CertificateAuthorityDesk } from './authority-desk.ts';
import type { Brake } from './brake.ts';
import type { BrakeDesk } from './brake-desk.ts';
import type { DeviceBook } from './device-book.ts';
import type { EnrolmentDesk } from './enrolment.ts';
import type { EventDesk } from './event-desk.ts';
import type { EventHub } from './event-hub.ts';
import type { EvidenceDesk } from './evidence-desk.ts';
import type { ExceptionDesk } from './exceptions.ts';
import type { GroupDesk } from './groups.ts';
import type { HealthDesk } from './health.ts';
import type { Journal } from './journal.ts';
import type { SiteKeys } from './keys.ts';
import type { Layout } from './layout.ts';
import type { StreamDesk } from './measurement/stream-desk.ts';
import type { StreamTrusts } from './measurement/stream-trust.ts';
import type { OperatorDesk } from './operators.ts';
import type { PasswordDesk } from './passwords.ts';
import type { PayloadRuleDesk } from './payload-rules.ts';
import type { PolicyDesk } from './policies.ts';
import type { PresenceBoard } from './presence.ts';
import type { Reloaded } from './reload.ts';
import type { RetentionDesk } from './retention.ts';
import type { StandingDesk } from './standing.ts';
import type { StoryBoard } from './story-board.ts';
import type { TrustDesk } from './trust-desk.ts';
import type { Update } from './update/open-update.ts';
import type { VerdictDesk } from './verdict-desk.ts';
import type { WitnessDesk } from './witness-desk.ts';
import type { WitnessingDesk } from './witnessing.ts';

/** Something that is not wrong yet, and will be. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** Where a running site answers. */
export interface Addresses {
  readonly console: string;
  readonly api: string;
  readonly device: string;
  readonly mqtts: string;
  /** For devices that know only a password; absent unless configured. */
  readonly passwords?: string;
  /** The same without TLS. */
  readonly plainPasswords?: string;
  /** The console beyond this machine; absent unless configured. */
  readonly publicConsole?: string;
}

/** What the API stands on. */
export interface SiteServices extends Attestation, Update {
  readonly site: string;
  readonly startedAt: number;
  /** Names this run; it stands in the owner-only file by which the command line finds the site. */
  readonly run: string;
  readonly caFingerprint: string;
  readonly addresses: Addresses;
  /** What browsers may call the console beyond this machine. */
  readonly consoleNames: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: FindingRegistry;
  readonly book: DeviceBook;
  readonly presence: PresenceBoard;
  readonly ledger: Ledger;
  readonly database: Database;
  readonly journal: Journal;
  readonly trust: TrustDesk;
  readonly evidence: EvidenceDesk;
  readonly authorities: AuthorityDesk;
  readonly verdicts: VerdictDesk;
  readonly witnesses: WitnessDesk;
  readonly witnessing: WitnessingDesk;
  readonly appraise: (evidence: SealedEvidence) => readonly Finding[];
  readonly certificateAuthorities: CertificateAuthorityDesk;
  readonly keys: SiteKeys;
  readonly layout: Layout;
  /** Who may read entries of the log over HTTP. */
  readonly logEntries: 'operators' | 'public';
  readonly standing: StandingDesk;
  readonly groups: GroupDesk;
  readonly brake: Brake;
  readonly brakes: BrakeDesk;
  readonly exceptions: ExceptionDesk;
  readonly approvals: ApprovalDesk;
  readonly enrolment: EnrolmentDesk;
  readonly passwords: PasswordDesk;
  readonly policies: PolicyDesk;
  /** Reads the configuration again. */
  reload(actor: string): Promise<Reloaded>;
  readonly payloadRules: PayloadRuleDesk;
  readonly streams: StreamDesk;
  readonly streamTrusts: StreamTrusts;
  readonly operators: OperatorDesk;
  readonly sessions: SessionDesk;
  readonly retention: RetentionDesk;
  readonly apiTokens: ApiTokenDesk;
  readonly passkeys: PasskeyDesk;
  readonly recovery: RecoveryDesk;
  /** Absent where there is no identity provider. */
  readonly oidc?: OidcDesk;
  readonly accessChanges: AccessChanges;
  readonly hub: EventHub;
  /** What a demonstration has told. */
  readonly story: StoryBoard;
  /** SPKI DER of the log's key. */
  readonly logKey: Uint8Array;
  /** PEM of the key that attestation results verify under. */
  readonly verifierKey: string;
  warnings(): readonly Warning[];
  readonly health: HealthDesk;
  readonly events: Pick<EventDesk, 'all' | 'test'>;
  gatewayStatistics(): Readonly<Record<string, number>>;
}

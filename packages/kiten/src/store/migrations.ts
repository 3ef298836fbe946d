import { KitenError } from '@kiten/codec';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { forPostgres, isSqlite } from './dialects.ts';

const site = [
  'create table facts (name text primary key, value text not null) strict',
  'create table groups (name text primary key, required text not null) strict',
  `create table devices (id text primary key, groups text not null, idevid text, standing text not null, standing_reason text,
     standing_by text, standing_at integer not null, registered_at integer not null) strict`,
  `create table certificates (serial text primary key, device text not null references devices (id), der blob not null,
     key_digest text not null, not_before integer not null, not_after integer not null, issued_at integer not null,
     proven_by text not null, revoked_at integer, revocation_reason integer) strict`,
  'create index certificates_by_device on certificates (device)',
  'create index certificates_by_key on certificates (key_digest)',
  'create index certificates_revoked on certificates (revoked_at) where revoked_at is not null',
  `create table tokens (hash text primary key, device text, group_name text, created_at integer not null, created_by text not null,
     expires_at integer not null, used_at integer, used_by text, used_serial text, revoked_at integer) strict`,
  `create table evidence (digest text primary key, media_type text not null, subject text not null, received_at integer not null,
     via text not null, body blob not null) strict`,
  `create table findings (id integer primary key, subject text not null, claim text not null, appraiser text not null, aspect text not null,
     slot text not null, value integer not null, code text not null, at integer not null, holds_until integer, premises text not null, parameters text not null,
     cleared_by text) strict`,
  'create index findings_by_subject on findings (subject, claim, appraiser, aspect, slot, at)',
  `create table verdicts (subject text not null, epoch integer not null, vector text not null, status text not null, overdue integer not null,
     at integer not null, profile text not null, ear text not null, primary key (subject, epoch)) strict, without rowid`,
  'create table outbox (id integer primary key, entry blob not null, log_size integer not null) strict',
  'create table policies (revision integer primary key, text text not null, author text not null, reason text not null, at integer not null) strict',
  'create table operators (name text primary key, role text not null, token_hash text not null unique, created_at integer not null) strict',
  'create table sign_in_links (hash text primary key, operator text not null, expires_at integer not null, used_at integer) strict',
  'create table browser_sessions (hash text primary key, operator text not null, created_at integer not null, expires_at integer not null) strict',
  `create table traffic (minute integer not null, device text not null, action text not null, topic text not null, allowed integer not null,
     denied integer not null, primary key (minute, device, action, topic)) strict, without rowid`,
  `create table denials (id integer primary key, at integer not null, device text not null, action text not null, topic text not null,
     policies text not null, repeated integer not null) strict`,
  'create index denials_by_device on denials (device, id)',
];

/** Content moves out of the store, and what is needed to prove something moves in. */
const proof = [
  `create table evidence_new (digest text primary key, media_type text not null, subject text not null, received_at integer not null,
     via text not null, size integer not null, body blob, salt blob, erased_at integer) strict`,
  `insert into evidence_new select digest, media_type, subject, received_at, via, length(body), body, null, null from evidence`,
  'drop table evidence',
  'alter table evidence_new rename to evidence',
  'create index evidence_by_subject on evidence (subject, received_at)',
  `create table statements (digest text primary key, kind text not null, about text not null, subject text, issuer text not null,
     bytes blob not null, issued_at integer not null, expires_at integer, log_index integer) strict`,
  'create index statements_by_kind on statements (kind, about)',
  'create index statements_by_subject on statements (subject, kind, issued_at)',
  `create table marks (kind text not null, value text not null, at integer not null, expires_at integer,
     primary key (kind, value)) strict, without rowid`,
  `create table witnesses (name text primary key, url text not null, key text not null, ca text, size integer not null,
     cosigned_at integer, problem text) strict`,
  `create table followed_logs (origin text primary key, keys text not null, size integer not null, root blob, note text,
     cosigned_at integer) strict`,
  `create table suspicions (id integer primary key, at integer not null, origin text not null, code text not null, known text not null,
     offered text not null) strict`,
  'create table traffic_windows (minute integer primary key, salt blob not null, count integer not null, root blob not null) strict',
  `create table authorities (name text not null, role text not null, public_key blob not null, added_by text not null,
     added_at integer not null, primary key (name, role)) strict, without rowid`,
  'alter table findings add column relays text',
  'alter table outbox add column statement text',
];

/** An operator's one token becomes one of several. Browsers sign in anew. */
const access = [
  'create table operators_new (name text primary key, role text not null, created_at integer not null) strict',
  'insert into operators_new select name, role, created_at from operators',
  `create table api_tokens (hash text primary key, operator text not null, name text not null, scopes text not null,
     created_at integer not null, expires_at integer, used_at integer) strict`,
  `insert into api_tokens select token_hash, name, 'operator.token', '["administer","account"]', created_at, null, null from operators`,
  'create index api_tokens_by_operator on api_tokens (operator)',
  'drop table operators',
  'alter table operators_new rename to operators',
  'drop table browser_sessions',
  `create table browser_sessions (hash text primary key, operator text not null, signed_in_by text not null, browser text not null,
     address text not null, created_at integer not null, seen_at integer not null, expires_at integer not null) strict`,
  'create index browser_sessions_by_operator on browser_sessions (operator)',
];

/** Devices that know only a password, and the group that keeps their rights narrow. */
const passwords = [
  `create table passwords (device text primary key references devices (id), credential text not null, hash text not null,
     origin text not null, set_at integer not null, set_by text not null) strict`,
  `insert or ignore into groups (name, required) values ('password', '["instance-identity"]')`,
];

/** Groups that observe, and what is seen of them. */
const modes = [
  "alter table groups add column mode text not null default 'enforce'",
  'alter table denials add column observed text',
  `create table observations (observed text not null, device text not null, action text not null, topic text not null,
     policies text not null, count integer not null, first_at integer not null, last_at integer not null,
     primary key (observed, device, action, topic, policies)) strict, without rowid`,
  'create index observations_by_time on observations (last_at)',
];

const payloadRules = [
  `create table payload_rules (id text primary key, rule text not null, set_by text not null, set_at integer not null,
     reason text not null) strict`,
];

const passkeys = [
  'alter table operators add column handle blob',
  `create table passkeys (id text primary key, operator text not null, name text not null, host text not null, public_key blob not null,
     counter integer not null, transports text not null, backed_up integer not null, created_at integer not null, used_at integer) strict`,
  'create index passkeys_by_operator on passkeys (operator)',
  'create table recovery_codes (hash text primary key, operator text not null, created_at integer not null) strict',
  'create index recovery_codes_by_operator on recovery_codes (operator)',
];

/** Automatic enforcement that pauses. */
const brake = [
  'alter table groups add column brake_share integer not null default 20',
  'alter table groups add column brake_least integer not null default 5',
  'alter table groups add column brake_window integer not null default 3600',
  `create table brakes (id integer primary key, group_name text not null, code text not null, appraiser text not null,
     state text not null, pulled_at integer not null, share integer not null, fallen integer not null,
     group_size integer not null, decided_at integer, decided_by text, reason text) strict`,
  `create table held_falls (device text not null, code text not null, appraiser text not null, since integer not null,
     brake integer not null references brakes (id), primary key (device, code, appraiser)) strict, without rowid`,
];

/** How far each receiver of events has come in the log. */
const eventCursors = ['create table event_cursors (name text primary key, next integer not null) strict'];

/** What takes two people. */
const approvals = [
  `create table approvals (id text primary key, action text not null, parameters text not null, requested_by text not null,
     reason text not null, requested_at integer not null, expires_at integer not null, state text not null,
     decided_by text, decision_reason text, decided_at integer, done_at integer, problem text) strict`,
  'create index approvals_by_state on approvals (state, requested_at)',
  `create table exceptions (id text primary key, device text, group_name text, granted_at integer not null,
     until integer not null, requested_by text not null, approved_by text not null, reason text not null,
     ended_at integer, ended_by text, end_reason text) strict`,
];

/** Operators that come in by an identity provider. */
const identities = [
  `create table operator_identities (issuer text not null, subject text not null, operator text not null,
     primary key (issuer, subject)) strict, without rowid`,
  'create index operator_identities_by_operator on operator_identities (operator)',
];

/** Devices that are never cut blindly. */
const safety = [
  'alter table groups add column safety integer not null default 0',
  'alter table groups add column acknowledge_seconds integer not null default 30',
  `create table held_falls_new (device text not null, code text not null, appraiser text not null, since integer not null,
     brake integer references brakes (id), playbook text, deadline integer, primary key (device, code, appraiser)) strict, without rowid`,
  'insert into held_falls_new select device, code, appraiser, since, brake, null, null from held_falls',
  'drop table held_falls',
  'alter table held_falls_new rename to held_falls',
];

const standings = [
  `create table standings (device text not null, at integer not null, standing text not null, actor text, reason text,
     primary key (device, at, standing)) strict, without rowid`,
  'insert into standings select id, standing_at, standing, standing_by, standing_reason from devices',
];

/**
 * Whose hand access came from. Of a token from before, only the one that the site made with its operator is known to be
 * that operator's own; whoever was an operator has come in.
 */
const hands = [
  'alter table api_tokens add column created_by text',
  `update api_tokens set created_by = operator where name = 'operator.token' and exists
     (select 1 from operators where operators.name = api_tokens.operator and operators.created_at = api_tokens.created_at)`,
  'alter table sign_in_links add column created_by text',
  'alter table browser_sessions add column created_by text',
  'alter table passkeys add column created_by text',
  'alter table recovery_codes add column created_by text',
  'alter table approvals add column requested_hand text',
  'alter table operators add column arrived_at integer',
  'update operators set arrived_at = created_at',
];

/** Which key attests for a device, what is remembered of it, and what it is held against. */
const attestation = [
  `create table attesters (device text primary key, attestation_key blob not null, endorsement_key blob not null,
     endorsement_certificate blob, intermediates text not null, activated_at integer not null) strict`,
  `create table attester_states (device text primary key, state blob, before_state blob, nonce blob not null, evidence text not null,
     received_at integer not null) strict`,
  `create table reference_values (digest text primary key, name text not null, content blob not null, signed_by text,
     issuer text, added_by text not null, added_at integer not null) strict`,
  `create table reference_targets (digest text not null references reference_values (digest), kind text not null, target text not null,
     added_by text not null, added_at integer not null, primary key (digest, kind, target)) strict, without rowid`,
  'create table reference_keys (name text primary key, public_key blob not null, added_by text not null, added_at integer not null) strict',
  `create table tpm_vendors (fingerprint text primary key, name text not null, certificate blob not null, kind text not null,
     target text not null, added_by text not null, added_at integer not null) strict`,
  'create table device_makes (device text primary key, model text, lot text) strict',
  'alter table groups add column attest_every integer not null default 3600',
  'alter table groups add column attest_deadline integer not null default 60',
  "alter table groups add column unknown_files text not null default 'contraindicated'",
];

/** Which of an identity provider's sessions a browser signed in by. */
const providerSessions = ['alter table browser_sessions add column provider_session text'];
const keyRules = ["alter table groups add column key_rule text not null default 'any'"];

/** What outlives a restart in the middle of an exchange, and secrets that no two devices should have. */
const attestationExchange = [
  'create table used_nonces (device text primary key, floor integer not null, used text not null) strict',
  `create table device_secrets (device text not null, kind text not null, label text not null, digest text not null,
     primary key (device, kind, label, digest)) strict, without rowid`,
  'create index device_secrets_by_digest on device_secrets (digest)',
];

/** What devices are told to install, and how far they have come with it. */
const updates = [
  `create table update_releases (target text primary key, length integer not null, hashes text not null, custom text not null,
     published_by text not null, published_at integer not null, log_size integer not null, withdrawn_at integer) strict`,
  `create table update_vehicles (device text primary key, inventory text, manifest blob, manifest_at integer, ecus text not null,
     memory text not null, director text, log_size integer not null) strict`,
  `create table update_campaigns (id text primary key, name text not null, definition text not null, seed text not null, state text not null,
     wave integer not null, since integer not null, forgiven text not null, cause text, created_by text not null,
     created_at integer not null, changed_by text not null, changed_at integer not null, reason text not null) strict`,
  `create table update_members (campaign text not null references update_campaigns (id), device text not null, wave integer not null,
     kind text not null, state text not null, attempts integer not null, trust_before text, assigned_at integer, installed_at integer,
     confirmed_at integer, ended_at integer, shown_at integer, not_before integer, failure text, code text, said text,
     primary key (campaign, device)) strict, without rowid`,
  'create index update_members_by_device on update_members (device)',
  'create index update_members_by_state on update_members (campaign, wave, state)',
  'create index update_members_assigned on update_members (campaign, assigned_at)',
];

/** How the Director’s keys went over to others, by the version of the root that says so. */
const directorRotations = [
  `create table update_rotations (root integer primary key, key_id text not null, stolen integer not null, state text not null,
     begun_by text not null, begun_at integer not null, reason text not null, sha256 text, ended_by text, ended_at integer) strict`,
];

/** Streams of readings: what declares them, what they are judged by, what freshness remembers, when they were abnormal. */
const streams = [
  `create table stream_declarations (id text primary key, declaration text not null, set_by text not null, set_at integer not null,
     reason text not null) strict`,
  `create table streams (stream text primary key, device text not null, declaration text not null, topic text not null,
     appeared_at integer not null, lesson text, accepts integer not null, proposal text, profile text, problem text,
     memory text) strict`,
  'create index streams_by_device on streams (device)',
  `create table stream_alarms (stream text not null, began integer not null, ended integer, severity real not null,
     sees text not null, channels text not null, primary key (stream, began)) strict, without rowid`,
];

/** What an alarm probably was: since when, its kind, what carries it. */
const alarmDiagnoses = ['alter table stream_alarms add column diagnosis text'];

/** Which readings a refusal held back, and what speaks against them. */
const deniedReadings = [
  'alter table denials add column stream text',
  'alter table denials add column finding text',
];

/** Streams whose sensors are checked against each other: what is declared, what is learned, when they contradicted each other. */
const streamRelations = [
  `create table stream_relations (id text primary key, relation text not null, set_by text not null, set_at integer not null,
     reason text not null, lesson text, accepts integer not null, proposal text, profile text, related text, problem text) strict`,
  `create table relation_alarms (relation text not null, began integer not null, ended integer, judgement text not null,
     primary key (relation, began)) strict, without rowid`,
];

/** Readings that devices publish and that nobody declared, as they were found. */
const foundReadings = [
  `create table found_readings (device text not null, topic text not null, last_at integer not null, candidate text not null,
     primary key (device, topic)) strict, without rowid`,
];

/** How far the normal of a stream has wandered from what was accepted. */
const wanderedStreams = ['alter table streams add column wandered text'];

/** Forward only: a released migration is never edited, a new one follows it. Written for SQLite (`dialects.ts`). */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-site': { up: run(site) },
  '0002-proof': { up: run(proof) },
  '0003-access': { up: run(access) },
  '0004-passwords': { up: run(passwords) },
  '0005-modes': { up: run(modes) },
  '0006-payload-rules': { up: run(payloadRules) },
  '0007-passkeys': { up: run(passkeys) },
  '0008-brake': { up: run(brake) },
  '0009-event-cursors': { up: run(eventCursors) },
  '0010-approvals': { up: run(approvals) },
  '0011-identities': { up: run(identities) },
  '0012-safety': { up: run(safety) },
  '0013-standings': { up: run(standings) },
  '0014-hands': { up: run(hands) },
  '0015-attestation': { up: run(attestation) },
  '0016-provider-sessions': { up: run(providerSessions) },
  '0017-key-rules': { up: run(keyRules) },
  '0018-attestation-exchange': { up: run(attestationExchange) },
  '0019-updates': { up: run(updates) },
  '0020-director-rotations': { up: run(directorRotations) },
  '0021-streams': { up: run(streams) },
  '0022-alarm-diagnoses': { up: run(alarmDiagnoses) },
  '0023-denied-readings': { up: run(deniedReadings) },
  '0024-stream-relations': { up: run(streamRelations) },
  '0025-found-readings': { up: run(foundReadings) },
  '0026-wandered-streams': { up: run(wanderedStreams) },
};

/**
 * Brings the store to the newest form, or to that of an older program: wholly, in one transaction, or not at all.
 *
 * @throws KitenError `kiten/store-newer` if a newer program has written it
 */
export async function migrate(database: Database, to?: string): Promise<void> {
  if (to !== undefined && !Object.hasOwn(migrations, to)) throw newer();
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error } = await (to === undefined ? migrator.migrateToLatest() : migrator.migrateTo(to));
  if (error !== undefined) throw isFromNewer(error) ? newer(error) : error;
}

/** Kysely finds what was done to the store, and does not know it. */
function isFromNewer(error: unknown): boolean {
  return error instanceof Error && error.message.includes('corrupted migrations');
}

function newer(cause?: unknown): KitenError {
  return new KitenError('kiten/store-newer', 'A newer Kiten has written this store: run that one.', {
    cause,
  });
}

function run(statements: readonly string[]) {
  return async (database: Kysely<unknown>): Promise<void> => {
    for (const statement of statements)
      await sql.raw(isSqlite(database) ? statement : forPostgres(statement)).execute(database);
  };
}

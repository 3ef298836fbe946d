import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCertificationRequest,
  encodeUtf8,
  KitenError,
  type ManualClock,
  manualClock,
  type Signer,
  toBase64,
  toHex,
} from '@kiten/codec';
import { createEst, type EstResponse, generateSigner } from '@kiten/identity';
import { type Ledger, openLedger, saltedDigest } from '@kiten/ledger';
import {
  deviceSubject,
  type Finding,
  parseDeviceId,
  type RecordedEvent,
  type SealedEvidence,
} from '@kiten/trust';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { completeConfiguration } from '../src/config/configuration.ts';
import { apiTokenOf } from '../src/site/access/api-tokens.ts';
import { TaskAppraiser } from '../src/site/attestation/task-appraiser.ts';
import { type Desks, openDesks } from '../src/site/desks.ts';
import { initialise } from '../src/site/initialise.ts';
import { readEntry } from '../src/site/log-entries.ts';
import { openManufacturers } from '../src/site/manufacturers.ts';
import type { Operator, Role } from '../src/site/operators.ts';
import type { PlaybookNotice } from '../src/site/playbook.ts';
import { newSecret, type Random } from '../src/site/secrets.ts';
import { openState, type SiteOptions, type SiteState } from '../src/site/state.ts';
import { insertApiToken } from '../src/store/api-tokens.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrations.ts';
import { insertOperator } from '../src/store/operators.ts';
import { storedReference } from '../src/store/references.ts';

/** 2030-01-01T00:00:00Z */
export const start = Date.UTC(2030, 0, 1);
export const hour = 3_600_000;
export const day = 24 * hour;
export const random: Random = (bytes) => randomFillSync(new Uint8Array(bytes));
export const ann: Operator = { name: 'ann', role: 'administrator' };

/** A directory that goes with the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiten-unit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in a file of its own, empty but for its tables. */
export async function newStore(folder: string): Promise<Database> {
  const database = openDatabase(join(folder, 'site.db'));
  onTestFinished(() => database.destroy());
  await migrate(database);
  return database;
}

const logSigner = generateSigner('EdDSA');

export async function newLedger(folder: string, clock = manualClock(start)): Promise<Ledger> {
  const ledger = await openLedger({
    directory: join(folder, 'log'),
    origin: 'test.example/log',
    signer: logSigner,
    clock,
    preallocateBytes: 65_536,
  });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** What a log holds, oldest first. */
export async function entriesOf(ledger: Pick<Ledger, 'read' | 'size'>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const { entry } of ledger.read(0, ledger.size)) events.push(readEntry(entry));
  return events;
}

export const typesOf = async (ledger: Pick<Ledger, 'read' | 'size'>): Promise<string[]> =>
  (await entriesOf(ledger)).map(({ type }) => type);

/** A log whose disk can be filled and emptied again, as the test likes. */
export function fillable(ledger: Ledger) {
  return {
    full: false,
    get size() {
      return ledger.size;
    },
    read: (from?: number, to?: number) => ledger.read(from, to),
    append(entry: Uint8Array): Promise<number> {
      if (this.full) return Promise.reject(new KitenError('ledger/disk-full', 'No room.'));
      return ledger.append(entry);
    },
  };
}

/** Evidence that nobody looks into, under a digest of its own. */
export function evidenceOn(device: string): SealedEvidence {
  const body = random(16);
  const salt = random(32);
  return {
    mediaType: 'application/octet-stream',
    subject: deviceSubject(parseDeviceId(device)),
    receivedAt: start,
    via: ['test'],
    body,
    salt,
    digest: `sha256:${toHex(saltedDigest(salt, body))}`,
  };
}

export function finding(device: string, fields: Partial<Finding> = {}): Finding {
  return {
    subject: deviceSubject(parseDeviceId(device)),
    claim: 'configuration',
    value: 32,
    code: 'test/worrying',
    aspect: 'test',
    appraiser: 'test',
    at: start,
    premises: [],
    parameters: {},
    ...fields,
  };
}

/** Puts an operator into the store, and nothing into the log. @returns a token for all that it may do */
export async function newOperator(
  { database, clock }: Pick<InnerSite, 'database' | 'clock'>,
  name: string,
  role: Role,
): Promise<string> {
  await insertOperator(database, { name, role, createdAt: clock.now(), arrivedAt: clock.now() });
  const token = newSecret('kto_', random);
  const scopes = ['administer', 'account'] as const;
  await insertApiToken(
    database,
    apiTokenOf(token, { operator: name, name: 'test', scopes, at: clock.now() }),
  );
  return token;
}

/** Everything of a site but its doors: what it remembers and what decides. */
export interface InnerSite extends SiteState, Desks {
  readonly options: SiteOptions;
  readonly clock: ManualClock;
  /** What the site has written to its log of operation so far. */
  readonly lines: string[];
  /** What was brought to where things pass. */
  readonly enforced: { device: string; standing: string; fall: boolean }[];
  /** What devices were told. */
  readonly notices: (PlaybookNotice & { device: string })[];
  /** Asks for a certificate as a device would, with a token. */
  enrol(id: string, token: string, signer?: Signer): Promise<EstResponse>;
  /** Makes a token and enrols with it. */
  admit(id: string, group?: string): Promise<Signer>;
  close(): Promise<void>;
}

/** A thread of its own for each site of a test would take longer than all that it appraises. */
function inThisThread(database: Database): SiteState['appraisalPool'] {
  const appraiser = new TaskAppraiser();
  return {
    async appraise(task) {
      for (const image of task.context.images) {
        const reference = await storedReference(database, image);
        if (reference === undefined) throw new KitenError('kiten/appraisal-references', 'Gone.');
        appraiser.handle({ kind: 'keep', image, reference });
      }
      return structuredClone(appraiser.handle({ kind: 'appraise', task: structuredClone(task) })!);
    },
  };
}

/** Opens the site in this directory, and makes it first if it is not there. */
export async function openSite(
  folder: string,
  { clock = manualClock(start), fresh = true }: { clock?: ManualClock; fresh?: boolean } = {},
): Promise<InnerSite> {
  const directory = join(folder, 'site');
  if (fresh) await initialise({ directory, site: 'plant-7.example', clock, random });
  const lines: string[] = [];
  const logger = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(line) });
  const configuration = completeConfiguration({}, 'random');
  const options: SiteOptions = { directory, configuration, logger, clock, random, run: 'run-1' };
  const closing = new AsyncDisposableStack();
  onTestFinished(() => closing.disposeAsync());
  const opened = await openState(options, closing);
  const state = { ...opened, appraisalPool: inThisThread(opened.database) };
  const manufacturers = await openManufacturers(directory, [], () => undefined);
  const desks = await openDesks(state, options, manufacturers);
  const enforced: InnerSite['enforced'] = [];
  const notices: InnerSite['notices'] = [];
  desks.connect({
    device: ({ id, standing }, fall) => void enforced.push({ device: id, standing, fall }),
    policies: () => undefined,
    notify: (device, notice) => void notices.push({ device, ...notice }),
    payloadRules: () => undefined,
    streams: () => undefined,
  });
  const est = createEst({
    authority: state.keys.authority,
    tokens: desks.tokens,
    register: desks.register,
    clock,
  });

  function enrol(id: string, token: string, signer: Signer = generateSigner('ES256')): Promise<EstResponse> {
    const csr = createCertificationRequest(
      { subject: [{ type: 'CN', value: id }], publicKey: signer.publicKey },
      signer,
    );
    return est.handle({
      method: 'POST',
      path: '/.well-known/est/simpleenroll',
      headers: {
        'content-type': 'application/pkcs10',
        authorization: `Basic ${toBase64(encodeUtf8(`${id}:${token}`))}`,
      },
      body: encodeUtf8(toBase64(csr)),
      remoteAddress: '192.0.2.7',
    });
  }

  return {
    ...state,
    ...desks,
    options,
    clock,
    lines,
    enforced,
    notices,
    enrol,
    async admit(id, group) {
      const signer = generateSigner('ES256');
      const { token } = await desks.enrolment.createToken({ device: id, group }, ann);
      const answer = await enrol(id, token, signer);
      if (answer.status !== 200) throw new Error(`${answer.status} ${new TextDecoder().decode(answer.body)}`);
      return signer;
    },
    close: () => closing.disposeAsync(),
  };
}

/** Status and code of an answer, to compare in one go. */
export function outcome({ status, body }: EstResponse): string {
  if (status === 200) return '200';
  return `${status} ${(JSON.parse(new TextDecoder().decode(body)) as { code: string }).code}`;
}

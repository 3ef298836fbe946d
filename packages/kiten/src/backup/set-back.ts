import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { askWitness, type Ledger, parseVerifierKey } from '@kiten/ledger';
import type { Journal } from '../site/journal.ts';
import type { Layout } from '../site/layout.ts';
import { post } from '../site/outbound.ts';
import type { Database } from '../store/database.ts';
import { askedWitnesses } from '../store/witnesses.ts';

/** What lies in the directory of a restored site until it has run. */
export interface RestoredMark {
  /** When the backup was made, and when it was restored; milliseconds since the Unix epoch. */
  readonly backupAt: number;
  readonly restoredAt: number;
  /** Entries of the log that the backup held. */
  readonly logSize: number;
  /** Entries that came from a copy of the log. */
  readonly broughtForward: number;
  /** Why the site may run although its log is shorter than others have seen it. */
  readonly accepted?: string;
}

const fileOf = (layout: Layout): string => join(layout.directory, 'restored.json');

export async function writeRestoredMark(layout: Layout, mark: RestoredMark): Promise<void> {
  await writeFile(fileOf(layout), JSON.stringify(mark), { mode: 0o600, flush: true });
}

async function readRestoredMark(layout: Layout): Promise<RestoredMark | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(layout), 'utf8')) as RestoredMark;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What the witnesses of a log say about one that may be older than they know it. */
export interface WitnessWord {
  readonly name: string;
  /** `agrees`: it knows no more than there is. `ahead`: it has seen more, or other entries. */
  readonly word: 'agrees' | 'ahead' | 'unreachable';
  readonly code?: string;
}

const contradictions = new Set(['ledger/witness-ahead', 'ledger/split-view']);

/** Asks each witness of this log about its newest checkpoint. */
export async function askWitnesses(
  database: Database,
  ledger: Pick<Ledger, 'checkpoint' | 'proveConsistency'>,
): Promise<readonly WitnessWord[]> {
  const witnesses = await askedWitnesses(database);
  return Promise.all(
    witnesses.map(async ({ name, url, key, ca, size }): Promise<WitnessWord> => {
      try {
        await askWitness(
          { url, keys: [parseVerifierKey(key)] },
          { checkpoint: ledger.checkpoint(), cosignedSize: size },
          {
            post: (to, body) => post(to, body, { contentType: 'text/plain; charset=utf-8', ca }),
            consistency: (from, to) => ledger.proveConsistency(from, to),
          },
        );
        return { name, word: 'agrees' };
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        const { code } = error;
        return { name, word: contradictions.has(code) ? 'ahead' : 'unreachable', code };
      }
    }),
  );
}

/** @throws KitenError `kiten/log-set-back` if a witness has seen more of the log, and nobody took that upon himself */
export function refuseSetBack(words: readonly WitnessWord[], accepted: string | undefined): void {
  const ahead = words.filter(({ word }) => word === 'ahead').map(({ name }) => name);
  if (ahead.length === 0 || accepted !== undefined) return;
  throw new KitenError(
    'kiten/log-set-back',
    `${ahead.join(', ')} has seen more of this site’s log than the backup holds: going on would make a second history. Give \`kiten restore\` a copy of the log with --log, or a reason with --accept-set-back.`,
    { detail: { witnesses: ahead } },
  );
}

/**
 * Called before a site signs or appends anything: one that was restored goes on only if that contradicts no witness.
 *
 * @returns what puts the restoration on record, once the log can be written; nothing for a site that was not restored
 */
export async function checkRestored(
  layout: Layout,
  database: Database,
  ledger: Pick<Ledger, 'checkpoint' | 'proveConsistency'>,
): Promise<((journal: Journal, now: number) => Promise<void>) | undefined> {
  const mark = await readRestoredMark(layout);
  if (mark === undefined) return undefined;
  const words = await askWitnesses(database, ledger);
  refuseSetBack(words, mark.accepted);
  const { backupAt, restoredAt, logSize, broughtForward, accepted } = mark;
  const ahead = words.filter(({ word }) => word === 'ahead').map(({ name }) => name);
  return async (journal, now) => {
    await journal.record({
      type: 'site/restored',
      at: now,
      actor: 'site',
      ...(accepted === undefined ? {} : { reason: accepted }),
      data: { backupAt, restoredAt, logSize, broughtForward, contradicted: ahead.join(' ') },
    });
    await rm(fileOf(layout));
  };
}

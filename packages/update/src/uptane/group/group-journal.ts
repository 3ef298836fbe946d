import { decodeUtf8, encodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { asFields, asList, type Fields, member, textAt, wholeAt } from '../../tuf/metadata/fields.ts';
import { parseHashes } from '../../tuf/metadata/hashes.ts';
import type { DirectedImage } from '../vehicle/directed-images.ts';

/** Where a group stands. From `confirming` there is no way back, from `undoing` none forward. */
export type GroupPhase = 'preparing' | 'activating' | 'confirming' | 'undoing';

/** What has to be known after a power cut. */
export interface GroupEntry {
  /** Of the Director’s targets. */
  readonly version: number;
  readonly phase: GroupPhase;
  /** How often this phase has begun. */
  readonly attempts: number;
  /** In the order of their installation. */
  readonly images: readonly DirectedImage[];
  /** Why it is undone: the code, and the ECU where it went wrong. */
  readonly cause?: { readonly code: string; readonly ecu: string };
}

/** Where the entry is kept. `write` returns when it is durable and replaces what was there, whole or not at all. */
export interface GroupJournal {
  read(): Promise<Uint8Array | undefined>;
  write(entry: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export function encodeEntry({ images, ...entry }: GroupEntry): Uint8Array {
  const written = images.map((image) => ({ ...image, hashes: Object.fromEntries(image.hashes) }));
  return encodeUtf8(JSON.stringify({ ...entry, images: written }));
}

/** @throws KitenError `update/uptane-journal-malformed`: whoever finds it so has to look at each ECU. */
export function decodeEntry(bytes: Uint8Array): GroupEntry {
  try {
    return entryOf(asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes: 16 * 1024 ** 2 }), 'the journal'));
  } catch (cause) {
    throw new KitenError('update/uptane-journal-malformed', 'The journal of the update is damaged.', {
      cause,
    });
  }
}

const phases: readonly string[] = ['preparing', 'activating', 'confirming', 'undoing'] satisfies GroupPhase[];

function entryOf(fields: Fields): GroupEntry {
  const phase = textAt(fields, 'phase');
  if (!phases.includes(phase)) throw new KitenError('update/metadata-malformed', 'There is no such phase.');
  const cause = member(fields, 'cause');
  return {
    version: wholeAt(fields, 'version', 1),
    phase: phase as GroupPhase,
    attempts: wholeAt(fields, 'attempts', 1),
    images: asList(member(fields, 'images'), 'images').map((image) => imageOf(asFields(image, 'images'))),
    ...(cause !== undefined && { cause: causeOf(asFields(cause, 'cause')) }),
  };
}

const causeOf = (fields: Fields) => ({ code: textAt(fields, 'code'), ecu: textAt(fields, 'ecu') });

function imageOf(fields: Fields): DirectedImage {
  const { hashes: _, ...rest } = fields;
  return {
    ...rest,
    ecu: textAt(fields, 'ecu'),
    path: textAt(fields, 'path'),
    length: wholeAt(fields, 'length', 0),
    hashes: parseHashes(fields),
  };
}

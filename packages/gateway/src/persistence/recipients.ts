import type { Delivery, Message } from '../message.ts';
import { nonsense, type RecordReader } from './record-reader.ts';
import type { RecordWriter } from './record-writer.ts';

/** One session that a message waits for. */
export interface StoredRecipient {
  /** The session's number. */
  session: number;
  /** Which of the messages to that session it is. */
  sequence: number;
  qos: 0 | 1 | 2;
  retain: boolean;
  identifiers: readonly number[] | undefined;
  /** The filter of the group, `$share/NAME/…`, if it got it as a member of one. */
  group: string | undefined;
}

/** Bytes that one takes in the record of a message, at most or nearly. */
export const recipientBytes = 16;

/** More than so many stand in a table, sorted, so that one of thousands is found at once. */
const mostInList = 16;
/** Of a row of the table: session, sequence, options with the place of its identifiers. */
const rowBytes = 16;

const qosBits = 0x03;
const retainBit = 0x04;
/** In the list: subscription identifiers follow. */
const hasIdentifiers = 0x08;
/** In the list, and in the table: the filter of a group follows, behind the identifiers. */
const groupBit = 0x10;
const groupBitInTable = 0x8000_0000;
/** In the table: the place of its identifiers behind the table, plus one, is this many times in the options. */
const placeFactor = 8;

/** Writes how many there are, and each. The array is sorted if they are many. */
export function writeRecipients(writer: RecordWriter, recipients: StoredRecipient[]): void {
  writer.integer(recipients.length);
  if (recipients.length > mostInList) writeTable(writer, recipients);
  else for (const recipient of recipients) writeListed(writer, recipient);
}

/**
 * Reads what {@link writeRecipients} wrote and shows each, with how many there are; what is shown is lent until the
 * next one.
 */
export function readRecipients(
  reader: RecordReader,
  see: (recipient: StoredRecipient, count: number) => void,
): void {
  const count = reader.integer();
  const recipient = noRecipient();
  if (count <= mostInList) {
    for (let left = count; left > 0; left--) {
      readListed(reader, recipient);
      see(recipient, count);
    }
    return;
  }
  const start = reader.offset;
  for (let row = 0; row < count; row++) {
    readRow(reader, start, row, count, recipient);
    see(recipient, count);
  }
}

/** Looks for one in what {@link writeRecipients} wrote. */
export function findRecipient(
  reader: RecordReader,
  session: number,
  sequence: number,
): StoredRecipient | undefined {
  const start = reader.offset;
  const count = reader.integer();
  if (count <= mostInList) {
    reader.offset = start;
    let found: StoredRecipient | undefined;
    readRecipients(reader, (recipient) => {
      if (recipient.session === session && recipient.sequence === sequence) found = { ...recipient };
    });
    return found;
  }
  const table = reader.offset;
  const recipient = noRecipient();
  for (let low = 0, high = count; low < high; ) {
    const middle = (low + high) >> 1;
    readRow(reader, table, middle, count, recipient);
    const order = recipient.session - session || recipient.sequence - sequence;
    if (order === 0) return recipient;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

export function deliveryOf(message: Message, { qos, retain, identifiers, group }: StoredRecipient): Delivery {
  // It is judged anew before it is sent.
  return { message, qos, retain, identifiers, note: undefined, groupFilter: group };
}

function noRecipient(): StoredRecipient {
  return { session: 0, sequence: 0, qos: 0, retain: false, identifiers: undefined, group: undefined };
}

function optionsOf({ qos, retain }: StoredRecipient): number {
  return qos | (retain ? retainBit : 0);
}

function tableOptionsOf(recipient: StoredRecipient): number {
  return optionsOf(recipient) + (recipient.group === undefined ? 0 : groupBitInTable);
}

function takeOptions(recipient: StoredRecipient, options: number): void {
  const qos = options & qosBits;
  if (qos === 3) throw nonsense();
  recipient.qos = qos as 0 | 1 | 2;
  recipient.retain = (options & retainBit) !== 0;
}

function writeListed(writer: RecordWriter, recipient: StoredRecipient): void {
  const { identifiers, group } = recipient;
  writer.integer(recipient.session);
  writer.integer(recipient.sequence);
  const more = (identifiers === undefined ? 0 : hasIdentifiers) | (group === undefined ? 0 : groupBit);
  writer.byte(optionsOf(recipient) | more);
  if (identifiers !== undefined) writeIdentifiers(writer, identifiers);
  if (group !== undefined) writer.text(group);
}

function readListed(reader: RecordReader, into: StoredRecipient): void {
  into.session = reader.integer();
  into.sequence = reader.integer();
  const options = reader.byte();
  takeOptions(into, options);
  into.identifiers = (options & hasIdentifiers) === 0 ? undefined : readIdentifiers(reader);
  into.group = (options & groupBit) === 0 ? undefined : reader.text();
}

function compare(one: StoredRecipient, other: StoredRecipient): number {
  return one.session - other.session || one.sequence - other.sequence;
}

function isSorted(recipients: readonly StoredRecipient[]): boolean {
  for (let index = 1; index < recipients.length; index++) {
    if (compare(recipients[index - 1] as StoredRecipient, recipients[index] as StoredRecipient) > 0)
      return false;
  }
  return true;
}

/** Rows in the order of sessions, then the identifiers; those that are the same as the ones before stand once. */
function writeTable(writer: RecordWriter, recipients: StoredRecipient[]): void {
  // They mostly come in the order in which the sessions began.
  if (!isSorted(recipients)) recipients.sort(compare);
  const rows = writer.length;
  for (const recipient of recipients) {
    writer.uint48(recipient.session);
    writer.uint48(recipient.sequence);
    writer.uint32(tableOptionsOf(recipient));
  }
  const lists = writer.length;
  let last: readonly number[] | undefined;
  let place = 0;
  for (let row = 0; row < recipients.length; row++) {
    const recipient = recipients[row] as StoredRecipient;
    const { identifiers, group } = recipient;
    if (identifiers === undefined && group === undefined) continue;
    if (group !== undefined || !isSame(identifiers ?? [], last)) {
      place = writer.length - lists + 1;
      writeIdentifiers(writer, identifiers ?? []);
      if (group !== undefined) writer.text(group);
      last = group === undefined ? identifiers : undefined;
    }
    writer.setUint32(rows + row * rowBytes + 12, tableOptionsOf(recipient) + place * placeFactor);
  }
}

function readRow(
  reader: RecordReader,
  table: number,
  row: number,
  count: number,
  into: StoredRecipient,
): void {
  reader.offset = table + row * rowBytes;
  into.session = reader.uint48();
  into.sequence = reader.uint48();
  const options = reader.uint32();
  takeOptions(into, options);
  const place = Math.floor((options % groupBitInTable) / placeFactor);
  into.identifiers = undefined;
  into.group = undefined;
  if (place === 0) return;
  reader.offset = table + count * rowBytes + place - 1;
  const identifiers = readIdentifiers(reader);
  into.identifiers = identifiers.length === 0 ? undefined : identifiers;
  if (options >= groupBitInTable) into.group = reader.text();
}

function isSame(one: readonly number[], other: readonly number[] | undefined): boolean {
  return one.length === other?.length && one.every((identifier, index) => identifier === other[index]);
}

function writeIdentifiers(writer: RecordWriter, identifiers: readonly number[]): void {
  writer.integer(identifiers.length);
  for (const identifier of identifiers) writer.integer(identifier);
}

function readIdentifiers(reader: RecordReader): number[] {
  const identifiers: number[] = [];
  for (let left = reader.integer(); left > 0; left--) identifiers.push(reader.integer());
  return identifiers;
}

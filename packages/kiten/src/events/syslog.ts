import { type RecordedEvent, subjectKey } from '@kiten/trust';
import { type EventSource, sentenceOf } from './ocsf.ts';
import { type Severity, severityOf } from './severity.ts';

/** Facility 13, “log audit” (RFC 5424 §6.2.1). */
const facility = 13;
const severities: Readonly<Record<Severity, number>> = {
  critical: 2,
  warning: 4,
  notice: 5,
  informational: 6,
};
/** The enterprise number that RFC 5612 sets apart for examples and documentation: Kiten has none of its own. */
const structuredDataId = 'kiten@32473';
const bom = '\ufeff';

/**
 * An event as a syslog message (RFC 5424 §6), in UTF-8 without framing: structured data for programs, a sentence or a
 * given text for people.
 */
export function syslogMessage(
  event: RecordedEvent,
  source: EventSource & { readonly host: string; readonly process: string },
  text = sentenceOf(event),
): Buffer {
  const { type, at, actor, subject } = event;
  const priority = facility * 8 + severities[severityOf(event)];
  const parameters: readonly (readonly [string, string])[] = [
    ['site', source.site],
    ['index', String(source.index)],
    ['type', type],
    ['actor', actor],
    ...(subject === undefined ? [] : [['subject', subjectKey(subject)] as const]),
  ];
  const head = [
    `<${priority}>1`,
    new Date(at).toISOString(),
    printable(source.host, 255),
    'kiten',
    printable(source.process, 128),
    printable(type, 32),
  ].join(' ');
  const data = parameters.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
  return Buffer.from(`${head} [${structuredDataId}${data}] ${bom}${oneLine(text)}`);
}

/** Before a message on a stream: its octets in decimal (RFC 5425 §4.3, RFC 6587 §3.4.1). */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** PRINTUSASCII, or the nil value. */
function printable(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-';
}

/** What RFC 5424 §6.3.3 demands within a parameter's value. */
function escaped(value: string): string {
  return oneLine(value).replace(/["\\\]]/g, (character) => `\\${character}`);
}

/** Nobody can write a second message into one. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

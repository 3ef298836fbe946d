import { encodeUtf8, fromHex, KitenError, parseJsonStrict } from '@kiten/codec';
import type { ComponentIdentifier } from '../component.ts';
import { type SeverableName, severableLabels } from '../labels.ts';
import { classIdentifierOf, parseUuid, vendorIdentifierOf } from './identifiers.ts';

/** One image that a manifest installs. */
export interface DescribedComponent {
  readonly identifier: ComponentIdentifier;
  /** The file with the image. */
  readonly image: string;
  /** Where devices fetch it; it travels in the envelope if this is left out. */
  readonly uri?: string;
  /** Whom the image is encrypted for, if it is. */
  readonly encryption?: DescribedEncryption;
}

/** How an image is encrypted. */
export interface DescribedEncryption {
  /** Files with the public keys of the devices, on P-256 or X25519. */
  readonly recipients: readonly string[];
  /** Where devices keep what they have fetched until it is decrypted. */
  readonly staging: ComponentIdentifier;
  /** As `A128GCM`. */
  readonly algorithm: string;
}

/** What a manifest is to do, as people write it down. */
export interface SuitDescription {
  readonly sequenceNumber: number;
  readonly vendorIdentifier: Uint8Array;
  readonly classIdentifier: Uint8Array;
  readonly components: readonly DescribedComponent[];
  readonly componentIdentifier?: ComponentIdentifier;
  readonly version?: readonly number[];
  /** What is run when everything is there. */
  readonly invoke?: ComponentIdentifier;
  readonly referenceUri?: string;
  /** What people are told, by language. */
  readonly text?: ReadonlyMap<string, string>;
  readonly severable: readonly SeverableName[];
}

type Members = Readonly<Record<string, unknown>>;

const members = {
  description: new Set([
    ...['sequenceNumber', 'vendor', 'class', 'components', 'manifest', 'version', 'invoke'],
    ...['referenceUri', 'text', 'severable'],
  ]),
  component: new Set(['component', 'image', 'uri', 'encryptFor', 'staging', 'cipher']),
};

/**
 * Reads a description in JSON:
 *
 * ```json
 * { "sequenceNumber": 7, "vendor": "maker.example", "class": "gateway 2",
 *   "components": [{ "component": "/app", "image": "app.bin", "uri": "https://maker.example/app.bin" }] }
 * ```
 *
 * @throws KitenError `update/suit-description` with what is wrong, `codec/json-…`.
 */
export function readDescription(text: string): SuitDescription {
  const found = asMembers(parseJsonStrict(text), 'The description', members.description);
  const vendorIdentifier = identifierOf(found, 'vendor', vendorIdentifierOf);
  const components = asList(found, 'components').map((each) =>
    readComponent(asMembers(each, 'A component', members.component)),
  );
  if (components.length === 0) throw refusal('The description has no components.');
  const version =
    found.version === undefined ? undefined : asList(found, 'version').map((part) => whole(part, 'version'));
  return {
    sequenceNumber: whole(found.sequenceNumber, 'sequenceNumber'),
    vendorIdentifier,
    classIdentifier: identifierOf(found, 'class', (name) => classIdentifierOf(vendorIdentifier, name)),
    components,
    severable: (found.severable === undefined ? [] : asList(found, 'severable')).map(severableName),
    ...(found.manifest !== undefined && { componentIdentifier: parseComponent(textAt(found, 'manifest')) }),
    ...(version && { version }),
    ...(found.invoke !== undefined && { invoke: parseComponent(textAt(found, 'invoke')) }),
    ...(found.referenceUri !== undefined && { referenceUri: textAt(found, 'referenceUri') }),
    ...(found.text !== undefined && { text: textsOf(found.text) }),
  };
}

/** `/usr/bin/env`, or `/0x00` for octets that are no text. */
export function parseComponent(path: string): ComponentIdentifier {
  const [before, ...segments] = path.split('/');
  if (before !== '' || segments.length === 0 || segments.includes('')) {
    throw refusal(`${path} is no component: write it as a path, /app or /0x00.`);
  }
  return segments.map((segment) =>
    /^0x(?:[0-9a-f]{2})+$/i.test(segment) ? fromHex(segment.slice(2)) : encodeUtf8(segment),
  );
}

function readComponent(found: Members): DescribedComponent {
  return {
    identifier: parseComponent(textAt(found, 'component')),
    image: textAt(found, 'image'),
    ...(found.uri !== undefined && { uri: textAt(found, 'uri') }),
    ...(found.encryptFor !== undefined && { encryption: readEncryption(found) }),
  };
}

function readEncryption(found: Members): DescribedEncryption {
  const recipients = asList(found, 'encryptFor');
  if (recipients.length === 0 || !recipients.every((file) => typeof file === 'string')) {
    throw refusal('The member encryptFor is no list of files with public keys.');
  }
  return {
    recipients: recipients as readonly string[],
    staging: parseComponent(textAt(found, 'staging')),
    algorithm: found.cipher === undefined ? 'A128GCM' : textAt(found, 'cipher'),
  };
}

function identifierOf(found: Members, name: string, made: (text: string) => Uint8Array): Uint8Array {
  const text = textAt(found, name);
  return parseUuid(text) ?? made(text);
}

function severableName(value: unknown): SeverableName {
  if (typeof value === 'string' && Object.hasOwn(severableLabels, value)) return value as SeverableName;
  throw refusal(`Severable are ${Object.keys(severableLabels).join(', ')}.`);
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  const found = asMembers(value, 'The text');
  return new Map(Object.keys(found).map((language) => [language, textAt(found, language)]));
}

function asMembers(value: unknown, what: string, known?: ReadonlySet<string>): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(`${what} is no object.`);
  for (const name of Object.keys(value)) {
    if (known?.has(name) === false) throw refusal(`${what} has a member ${name} that is not known here.`);
  }
  return value as Members;
}

function asList(found: Members, name: string): readonly unknown[] {
  const value = found[name];
  if (Array.isArray(value)) return value;
  throw refusal(`The member ${name} is no list.`);
}

function textAt(found: Members, name: string): string {
  const value = found[name];
  if (typeof value === 'string' && value !== '') return value;
  throw refusal(`The member ${name} is missing or no text.`);
}

function whole(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw refusal(`The member ${name} is missing or no whole number.`);
}

function refusal(message: string): KitenError {
  return new KitenError('update/suit-description', message);
}

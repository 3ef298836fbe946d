import { parseDateTime } from '../../tuf/metadata/date-time.ts';
import { type Fields, fieldsAt, malformed, member, textAt, wholeAt } from '../../tuf/metadata/fields.ts';
import { parseHashes } from '../../tuf/metadata/hashes.ts';
import type { Hashes } from '../../tuf/metadata/model.ts';
import { checkName } from '../identifier.ts';
import type { UptaneProfile } from '../profile.ts';

/** An image as Targets metadata names it, without what is custom. */
export interface InstalledImage {
  readonly path: string;
  readonly length: number;
  readonly hashes: Hashes;
}

/** What an ECU says of itself (ECU version report, Uptane 2.1 §5.4.2.1.2). */
export interface EcuReport {
  readonly ecu: string;
  readonly installed: InstalledImage;
  /** What it has noticed of attacks; empty if nothing. */
  readonly attacksDetected: string;
  /** The latest time that it could verify, in milliseconds since 1970. */
  readonly time: number;
  /** The one before that. */
  readonly previousTime: number;
  /** Counts its reports. */
  readonly counter?: number;
  /** Said once and never again, 16 to 64 octets in hexadecimal. */
  readonly nonce?: string;
}

const longestAttack = 1024;

/** @throws KitenError `update/metadata-malformed`, `update/hash-unsupported`, `update/uptane-name`. */
export function parseReport(signed: Fields, profile: UptaneProfile): EcuReport {
  const image = fieldsAt(signed, 'installed_image');
  const fileinfo = fieldsAt(image, 'fileinfo');
  const attacksDetected = textAt(signed, 'attacks_detected');
  if (attacksDetected.length > longestAttack) {
    throw malformed('attacks_detected', `has ${longestAttack} characters at most`);
  }
  const time = parseDateTime(textAt(signed, 'timeserver_time'), 'timeserver_time');
  const previousTime = parseDateTime(textAt(signed, 'previous_timeserver_time'), 'previous_timeserver_time');
  if (previousTime > time) throw malformed('previous_timeserver_time', 'is not after timeserver_time');
  return {
    ecu: checkName(textAt(signed, 'ecu_serial'), 'an ECU'),
    installed: {
      path: checkName(textAt(image, 'filepath'), 'an image'),
      length: wholeAt(fileinfo, 'length', 0),
      hashes: parseHashes(fileinfo),
    },
    ...{ attacksDetected, time, previousTime },
    ...freshnessOf(signed, profile),
  };
}

/** A counter, or a nonce, or both. */
function freshnessOf(signed: Fields, profile: UptaneProfile): { counter?: number; nonce?: string } {
  const hasCounter = member(signed, 'report_counter') !== undefined;
  const hasNonce = member(signed, 'nonce') !== undefined;
  if (!hasCounter && !hasNonce && profile === 'standard') {
    throw malformed('the report', 'has a report_counter or a nonce');
  }
  const nonce = hasNonce ? textAt(signed, 'nonce') : '';
  if (hasNonce && !/^(?:[0-9a-f]{2}){16,64}$/.test(nonce)) {
    throw malformed('nonce', 'is 16 to 64 octets in lower-case hexadecimal');
  }
  return {
    ...(hasCounter && { counter: wholeAt(signed, 'report_counter', 0) }),
    ...(hasNonce && { nonce }),
  };
}

import { hash } from 'node:crypto';
import type { OctetText } from '../hash.ts';
import type { ImaScanner } from './ima-scanner.ts';

/** Octets that the template `ima` hashes: a SHA-1 digest, and the name in a field of 256. */
const oldBytes = 20 + 256;
const oldField = Buffer.alloc(oldBytes);

/**
 * The digest over an entry's template data: over the fields with their lengths, as they lie in the log; for the
 * template `ima`, over digest and name padded with zeros (`ima_calc_field_array_hash`).
 *
 * @param name OpenSSL's name of the hash
 * @throws KitenError `attestation/ima-log-malformed` for an old name that does not fit its field
 */
export function templateDigest(scanner: ImaScanner, name: string): OctetText {
  const { log, dataStart, dataEnd, old } = scanner;
  if (!old) return hash(name, log.subarray(dataStart, dataEnd), 'binary');
  if (dataEnd - dataStart - 24 > 255) throw scanner.malformed('has a name that does not fit');
  oldField.fill(0);
  log.copy(oldField, 0, dataStart, dataStart + 20);
  log.copy(oldField, 20, dataStart + 24, dataEnd);
  return hash(name, oldField, 'binary');
}

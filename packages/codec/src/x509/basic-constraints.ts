import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension, readTrue } from './extension.ts';
import { extensionOid } from './object-identifiers.ts';

/** Whether the subject is a certification authority, and how many may follow below it (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

const maximumPathLength = 2 ** 31 - 1;

export function readBasicConstraints(value: DerReader): BasicConstraints {
  const sequence = value.sequence();
  const ca = sequence.peek() === derTag.boolean && readTrue(sequence);
  const start = sequence.offset;
  const pathLength =
    sequence.peek() === derTag.integer ? sequence.smallInteger(maximumPathLength) : undefined;
  sequence.finish();
  return checked(pathLength === undefined ? { ca } : { ca, pathLength }, start);
}

/** Critical, as RFC 5280 §4.2.1.9 demands of authorities. */
export const basicConstraintsExtension = (constraints: BasicConstraints): Extension =>
  extension(extensionOid.basicConstraints, true, (writer) => {
    const { ca, pathLength } = checked(constraints, 0);
    const sequence = writer.begin(derTag.sequence);
    if (ca) writer.boolean(true);
    if (pathLength !== undefined) writer.integer(BigInt(pathLength));
    writer.end(sequence);
  });

function checked(constraints: BasicConstraints, offset: number): BasicConstraints {
  if (constraints.pathLength !== undefined && !constraints.ca) {
    throw refusal('codec/x509-basic-constraints', 'Only an authority has a path length.', offset);
  }
  return constraints;
}

import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { type GeneralName, readGeneralNames, writeGeneralName } from './general-name.ts';
import { extensionOid } from './object-identifiers.ts';

/** Where revocation lists are to be had (RFC 5280 §4.2.1.13). */
export interface DistributionPoint {
  /** Empty when the point is named relative to the issuer, or not at all. */
  readonly names: readonly GeneralName[];
  /** Who issues the list, if that isn't the certificate's issuer. */
  readonly issuer: readonly GeneralName[];
  /** The list there covers some reasons for revocation and not others. */
  readonly isPartial?: true;
}

const maximumPoints = 64;

export function readDistributionPoints(value: DerReader): readonly DistributionPoint[] {
  const list = value.sequence();
  if (list.done) throw refusal('codec/x509-distribution-point', 'The list of points is empty.', list.offset);
  const points: DistributionPoint[] = [];
  while (!list.done) {
    if (points.length === maximumPoints) {
      throw refusal('codec/x509-distribution-point', `More than ${maximumPoints} points.`, list.offset);
    }
    points.push(readPoint(list));
  }
  return points;
}

function readPoint(list: DerReader): DistributionPoint {
  const point = list.sequence();
  const start = point.offset;
  const named = point.peek() === contextConstructed(0);
  const names = named ? readPointName(point.constructed(contextConstructed(0))) : [];
  const isPartial = point.peek() === contextPrimitive(1);
  if (isPartial) point.namedBits(contextPrimitive(1));
  const hasIssuer = point.peek() === contextConstructed(2);
  const issuer = hasIssuer ? readGeneralNames(point.constructed(contextConstructed(2))) : [];
  point.finish();
  if (!named && !hasIssuer) {
    throw refusal('codec/x509-distribution-point', 'A point has a name or an issuer.', start);
  }
  return { names, issuer, ...(isPartial ? { isPartial } : {}) };
}

/** DistributionPointName: `fullName [0]`, or `nameRelativeToCRLIssuer [1]`, which nobody is known to use. */
function readPointName(name: DerReader): GeneralName[] {
  let names: GeneralName[] = [];
  if (name.peek() === contextConstructed(1)) name.any();
  else names = readGeneralNames(name.constructed(contextConstructed(0)));
  name.finish();
  return names;
}

/** One point for each URI. */
export const crlDistributionPointsExtension = (uris: readonly string[]): Extension =>
  extension(extensionOid.crlDistributionPoints, false, (writer) => {
    if (uris.length === 0) throw refusal('codec/x509-distribution-point', 'The list of points is empty.', 0);
    const list = writer.begin(derTag.sequence);
    for (const value of uris) {
      const point = writer.begin(derTag.sequence);
      const name = writer.begin(contextConstructed(0));
      const fullName = writer.begin(contextConstructed(0));
      writeGeneralName(writer, { kind: 'uri', value });
      writer.end(fullName);
      writer.end(name);
      writer.end(point);
    }
    writer.end(list);
  });

import { KitenError } from '@kiten/codec';
import { asFields, type Fields, malformed, member, textAt, wholeAt } from '../../tuf/metadata/fields.ts';
import type { CommonMetadata, TargetFile, TargetsMetadata } from '../../tuf/metadata/model.ts';
import { checkName } from '../identifier.ts';
import type { UptaneProfile } from '../profile.ts';

/** An image that the Director has an ECU run. */
export interface DirectedImage extends TargetFile {
  readonly ecu: string;
  readonly path: string;
  /** Absent only in the legacy profile, and so is the release counter. */
  readonly hardwareId?: string;
  readonly releaseCounter?: number;
  /** Where else it may be fetched. */
  readonly uri?: string;
}

/**
 * Which images are for which ECUs (Uptane 2.1 §5.4.4.6, steps 6 and 7): the Director delegates to nobody, and has at most
 * one image for each ECU.
 *
 * @throws KitenError `update/uptane-director-delegates`, `update/uptane-ecu-repeated`, `update/uptane-ecu-missing`,
 * `update/metadata-malformed`, `update/uptane-name`.
 */
export function directedImages(
  { targets, delegations }: TargetsMetadata,
  profile: UptaneProfile,
): readonly DirectedImage[] {
  if (delegations !== undefined) {
    throw new KitenError(
      'update/uptane-director-delegates',
      'The Director speaks for itself and delegates to nobody.',
    );
  }
  const images = new Map<string, DirectedImage>();
  for (const [path, target] of targets) {
    for (const image of imagesOf(checkName(path, 'an image'), target, profile)) {
      if (images.has(image.ecu)) {
        throw new KitenError('update/uptane-ecu-repeated', `Two images are for the ECU ${image.ecu}.`, {
          detail: { ecu: image.ecu },
        });
      }
      images.set(image.ecu, image);
    }
  }
  return [...images.values()];
}

function imagesOf(path: string, target: TargetFile, profile: UptaneProfile): readonly DirectedImage[] {
  const custom = target.custom ?? {};
  const ecus = Object.entries(
    asFields(member(custom, 'ecuIdentifiers') ?? oneEcu(custom, profile), 'ecuIdentifiers'),
  );
  if (ecus.length === 0) {
    throw new KitenError('update/uptane-ecu-missing', `The Director says for no ECU that it runs ${path}.`, {
      detail: { path },
    });
  }
  return ecus.map(([ecu, value]) => ({
    ...target,
    ecu: checkName(ecu, 'an ECU'),
    path,
    ...hardwareOf(asFields(value, 'ecuIdentifiers'), profile),
    ...counterOf(custom, profile),
    ...(textOrNone(custom, 'uri') !== undefined && { uri: textAt(custom, 'uri') }),
  }));
}

/** Of the reference implementation, and of aktualizr’s first servers: an image is for one ECU. */
function oneEcu(custom: Fields, profile: UptaneProfile): Fields {
  const ecu = member(custom, 'ecu_serial') ?? member(custom, 'ecuIdentifier');
  return profile === 'legacy' && typeof ecu === 'string' ? { [ecu]: custom } : {};
}

function hardwareOf(fields: Fields, profile: UptaneProfile): { hardwareId?: string } {
  if (profile === 'legacy' && member(fields, 'hardwareId') === undefined) return {};
  return { hardwareId: checkName(textAt(fields, 'hardwareId'), 'a kind of hardware') };
}

function counterOf(custom: Fields, profile: UptaneProfile): { releaseCounter?: number } {
  if (profile === 'legacy' && member(custom, 'releaseCounter') === undefined) return {};
  return { releaseCounter: wholeAt(custom, 'releaseCounter', 0) };
}

/** Servers of the legacy profile say null for none, or nothing. */
function textOrNone(custom: Fields, name: string): string | undefined {
  const value = member(custom, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw malformed(name, 'is a string');
}

/**
 * That a file of the Director’s was said to this vehicle: without, what was said to another could be passed off as said
 * to it (Uptane 2.1 §5.2.3.1).
 *
 * @throws KitenError `update/uptane-other-vehicle`, `update/metadata-malformed`.
 */
export function checkAddressee(
  { custom = {} }: CommonMetadata,
  vehicle: string,
  profile: UptaneProfile,
): void {
  if (profile === 'legacy' && member(custom, 'vehicle') === undefined) return;
  const found = checkName(textAt(custom, 'vehicle'), 'a vehicle');
  if (found === vehicle) return;
  throw new KitenError('update/uptane-other-vehicle', 'The Director said this to another vehicle.', {
    detail: { vehicle, found },
  });
}

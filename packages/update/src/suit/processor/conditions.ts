import { equalBytes, type KitenError } from '@kiten/codec';
import { equalDigests } from '../digest.ts';
import type { ConditionName } from '../labels.ts';
import type { SuitParameters, VendorIdentifier } from '../parameters.ts';
import { refusal } from '../refusal.ts';
import { matchesVersion } from '../version.ts';
import { hasDigest, isContent } from './content.ts';
import { checkDependency } from './dependencies.ts';
import { componentAt, type Place } from './frame.ts';
import type { Procedure } from './procedure.ts';

/** Why a condition does not hold; undefined if it does. */
type Failure = KitenError | undefined;

/** Checks a condition (draft-ietf-suit-manifest §8.4.9, draft-ietf-suit-update-management). Nothing is changed by it. */
export async function checkCondition(
  condition: ConditionName,
  place: Place,
  run: Procedure,
): Promise<Failure> {
  const component = componentAt(place);
  const parameters = run.parametersOf(component);
  const { device } = run;
  switch (condition) {
    case 'vendor-identifier':
      return identifier('vendor', parameters.vendorIdentifier, device.identity(component).vendors);
    case 'class-identifier':
      return identifier('class', parameters.classIdentifier, device.identity(component).classes);
    case 'device-identifier':
      return identifier('device', parameters.deviceIdentifier, device.identity(component).devices ?? []);
    case 'image-match':
      return imageMatches(place, parameters, run);
    case 'image-not-match':
      if (parameters.imageDigest === undefined) return missing('imageDigest');
      return (await imageMatches(place, parameters, run)) === undefined
        ? refusal('update/suit-image-match', 'The component has the very image that it must not have.')
        : undefined;
    case 'check-content':
      return contentMatches(place, parameters, run);
    case 'component-slot':
      if (parameters.componentSlot === undefined) return missing('componentSlot');
      if (device.slot?.(component) === parameters.componentSlot) return undefined;
      return refusal(
        'update/suit-slot-mismatch',
        `The component is not in slot ${parameters.componentSlot}.`,
      );
    case 'abort':
      return refusal('update/suit-aborted', 'The manifest says not to go on.');
    case 'dependency-integrity':
      await checkDependency(place, run);
      return undefined;
    case 'is-dependency':
      if (place.frame.suit.manifest.common.dependencies.has(place.index)) return undefined;
      return refusal('update/suit-not-dependency', 'The component is no manifest that this one depends on.');
    default:
      return stateOfDevice(condition, place, parameters, run);
  }
}

async function stateOfDevice(
  condition: 'use-before' | 'minimum-battery' | 'update-authorized' | 'version',
  place: Place,
  parameters: SuitParameters,
  { device }: Procedure,
): Promise<Failure> {
  switch (condition) {
    case 'use-before':
      if (parameters.useBefore === undefined) return missing('useBefore');
      if (device.now === undefined) return unknown('the time');
      if (device.now() < parameters.useBefore) return undefined;
      return refusal('update/suit-too-late', 'The time until which the manifest may be used is over.');
    case 'minimum-battery':
      if (parameters.minimumBattery === undefined) return missing('minimumBattery');
      if (device.battery === undefined) return unknown('how full its battery is');
      if (device.battery() >= parameters.minimumBattery) return undefined;
      return refusal(
        'update/suit-battery-low',
        `The battery has less than ${parameters.minimumBattery} mWh.`,
      );
    case 'update-authorized':
      if (parameters.updatePriority === undefined) return missing('updatePriority');
      if ((await device.isAuthorized?.(parameters.updatePriority)) === true) return undefined;
      return refusal('update/suit-not-authorized', 'Nobody has agreed to the update.');
    case 'version': {
      if (parameters.version === undefined) return missing('version');
      const version = device.version?.(componentAt(place));
      if (version === undefined) return unknown('the version of the component');
      if (matchesVersion(version, parameters.version)) return undefined;
      return refusal(
        'update/suit-version-mismatch',
        `The component is of version ${version.join('.')}, which does not match.`,
      );
    }
  }
}

const mismatches = {
  vendor: ['update/suit-vendor-mismatch', 'The manifest is for the devices of another manufacturer.'],
  class: ['update/suit-class-mismatch', 'The manifest is for another kind of device.'],
  device: ['update/suit-device-mismatch', 'The manifest is for another device.'],
} as const;

function identifier(
  kind: keyof typeof mismatches,
  wanted: VendorIdentifier | undefined,
  own: readonly VendorIdentifier[],
): Failure {
  if (wanted === undefined) return missing(`${kind}Identifier`);
  if (own.some((one) => sameIdentifier(one, wanted))) return undefined;
  const [code, message] = mismatches[kind];
  return refusal(code, message);
}

function sameIdentifier(left: VendorIdentifier, right: VendorIdentifier): boolean {
  if (left instanceof Uint8Array) return right instanceof Uint8Array && equalBytes(left, right);
  if (right instanceof Uint8Array) return false;
  return equalBytes(left.privateEnterpriseNumber, right.privateEnterpriseNumber);
}

async function imageMatches(
  place: Place,
  { imageDigest, imageSize }: SuitParameters,
  run: Procedure,
): Promise<Failure> {
  if (imageDigest === undefined) return missing('imageDigest');
  if (place.frame.suit.manifest.common.dependencies.has(place.index)) {
    // Of a dependency it is the manifest that counts, whatever envelope it came in (draft-ietf-suit-trust-domains).
    await checkDependency(place, run);
    const child = place.frame.children.get(place.index);
    return child !== undefined && equalDigests(child.suit.envelope.digest, imageDigest)
      ? undefined
      : mismatch();
  }
  const pieces = await run.transaction.read(componentAt(place));
  if (pieces !== undefined && (await hasDigest(pieces, imageDigest, imageSize))) return undefined;
  return mismatch();
}

const mismatch = () =>
  refusal('update/suit-image-mismatch', 'The image is not the one whose digest the manifest has.');

async function contentMatches(place: Place, { content }: SuitParameters, run: Procedure): Promise<Failure> {
  if (content === undefined) return missing('content');
  const pieces = await run.transaction.read(componentAt(place));
  if (pieces !== undefined && (await isContent(pieces, content))) return undefined;
  return refusal('update/suit-content-mismatch', 'The component has another content than the manifest says.');
}

export const missing = (parameter: string): KitenError =>
  refusal(
    'update/suit-parameter-missing',
    `A command needs the parameter ${parameter}, which nobody has set.`,
    { parameter },
  );

const unknown = (what: string) => refusal('update/suit-unsupported', `The device does not know ${what}.`);

import { type ComponentIdentifier, componentKey } from '../component.ts';
import { decryptPayload, type Pieces } from '../encryption/decrypt-payload.ts';
import type { DirectiveName } from '../labels.ts';
import type { SuitParameters } from '../parameters.ts';
import { refusal } from '../refusal.ts';
import { missing } from './conditions.ts';
import { hasDigest } from './content.ts';
import { componentAt, type Place } from './frame.ts';
import type { ComponentUse } from './ports.ts';
import type { Procedure } from './procedure.ts';

/**
 * Carries out a directive (draft-ietf-suit-manifest §8.4.10). What fails here ends the procedure, whatever alternatives
 * there are.
 */
export async function carryOut(
  directive: Exclude<DirectiveName, 'process-dependency'>,
  place: Place,
  run: Procedure,
): Promise<void> {
  const parameters = run.parametersOf(componentAt(place));
  switch (directive) {
    case 'fetch':
      return fetchImage(place, parameters, run);
    case 'write':
      if (parameters.content === undefined) throw missing('content');
      return store('write', place, parameters, opened([parameters.content], parameters, run), run);
    case 'copy': {
      const source = await sourceOf(place, parameters, run);
      return store('copy', place, parameters, opened(source, parameters, run), run);
    }
    case 'swap':
      return swapImages(place, parameters, run);
    case 'invoke':
      return invokeImage(place, parameters, run);
    case 'wait':
      if (parameters.waitInfo === undefined) throw missing('waitInfo');
      if ((await run.device.wait?.(parameters.waitInfo)) === true) return;
      throw refusal('update/suit-not-awaited', 'What the manifest waits for does not come.');
    case 'unlink':
      throw refusal(
        'update/suit-unsupported',
        'Components are not unlinked here: nobody counts who still needs them.',
      );
  }
}

async function fetchImage(place: Place, parameters: SuitParameters, run: Procedure): Promise<void> {
  const { uri, imageDigest, imageSize } = parameters;
  if (uri === undefined) throw missing('uri');
  if (imageDigest !== undefined && imageSize !== undefined && !isDependency(place)) {
    // Whoever begins again after a power cut finds what was fetched before (§8.4.10.4).
    const there = await run.transaction.read(componentAt(place));
    if (there !== undefined && (await hasDigest(there, imageDigest, imageSize))) return;
  }
  await store('fetch', place, parameters, retrieve(uri, place, parameters, run), run);
}

function retrieve(uri: string, place: Place, parameters: SuitParameters, run: Procedure): Pieces {
  const integrated = place.frame.suit.envelope.integrated.get(uri);
  if (integrated !== undefined) return [integrated];
  if (uri.startsWith('#')) {
    throw refusal('update/suit-payload-missing', `The envelope carries no payload ${uri.slice(0, 80)}.`);
  }
  if (run.device.fetch === undefined) throw refusal('update/suit-unsupported', 'The device fetches nothing.');
  return run.device.fetch(uri, limitOf(place, parameters, run), parameters.fetchArguments);
}

async function sourceOf(place: Place, { sourceComponent }: SuitParameters, run: Procedure): Promise<Pieces> {
  const pieces = await run.transaction.read(sourceComponentOf(place, sourceComponent));
  if (pieces !== undefined) return pieces;
  throw refusal('update/suit-source-missing', 'There is nothing to be copied.');
}

function sourceComponentOf(place: Place, index: number | undefined): ComponentIdentifier {
  if (index === undefined) throw missing('sourceComponent');
  const source = place.frame.components[index];
  if (source === undefined)
    throw refusal('update/suit-index', `There is no component ${index} to be a source.`);
  if (componentKey(source) !== componentKey(componentAt(place))) return source;
  throw refusal('update/suit-index', 'A component is the source of itself.');
}

const opened = (pieces: Pieces, { encryptionInfo }: SuitParameters, run: Procedure): Pieces =>
  encryptionInfo === undefined ? pieces : decryptPayload(encryptionInfo, run.device.keys ?? {}, pieces);

async function store(
  command: ComponentUse['command'],
  place: Place,
  parameters: SuitParameters,
  pieces: Pieces,
  run: Procedure,
): Promise<void> {
  const component = componentAt(place);
  checkAllowed(command, component, place, run);
  if (parameters.componentMetadata !== undefined) {
    throw refusal(
      'update/suit-unsupported',
      'The manifest says what kind of file a component is and who may use it: here it is an image, and nothing else.',
    );
  }
  place.frame.children.delete(place.index);
  await run.transaction.write(
    component,
    bounded(pieces, limitOf(place, parameters, run), parameters.imageSize, run),
  );
}

const isDependency = ({ frame, index }: Place): boolean => frame.suit.manifest.common.dependencies.has(index);

/** Of a dependency the size is the envelope's, which others may have added signatures to. */
function limitOf(place: Place, { imageSize }: SuitParameters, { limits, writtenBytes }: Procedure): number {
  const left = limits.writtenBytes - writtenBytes;
  return Math.min(left, isDependency(place) ? limits.envelopeBytes : (imageSize ?? left));
}

/** Endless data is refused as soon as it is more than was announced. */
async function* bounded(pieces: Pieces, maxBytes: number, imageSize: number | undefined, run: Procedure) {
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    run.writtenBytes += piece.length;
    if (length > maxBytes) {
      throw imageSize === undefined || maxBytes < imageSize
        ? refusal('update/suit-too-much-written', 'The manifest writes more than a device takes.')
        : refusal(
            'update/suit-image-too-large',
            `The image is longer than the ${imageSize} octets that the manifest says.`,
          );
    }
    yield piece;
  }
}

async function swapImages(place: Place, { sourceComponent }: SuitParameters, run: Procedure): Promise<void> {
  const [component, source] = [componentAt(place), sourceComponentOf(place, sourceComponent)];
  checkAllowed('swap', component, place, run);
  checkAllowed('swap', source, place, run);
  place.frame.children.delete(place.index);
  if (sourceComponent !== undefined) place.frame.children.delete(sourceComponent);
  await run.transaction.swap(component, source);
}

async function invokeImage(place: Place, { invokeArguments }: SuitParameters, run: Procedure): Promise<void> {
  const component = componentAt(place);
  checkAllowed('invoke', component, place, run);
  if (run.device.invoke === undefined || place.section !== 'invoke') {
    throw refusal(
      'update/suit-unsupported',
      `Nothing is run by the section ${place.section} of a manifest here.`,
    );
  }
  await run.device.invoke(component, invokeArguments);
}

function checkAllowed(
  command: ComponentUse['command'],
  component: ComponentIdentifier,
  { frame }: Place,
  { device }: Procedure,
): void {
  if (device.mayUse === undefined || device.mayUse({ signers: frame.suit.signers, component, command }))
    return;
  throw refusal(
    'update/suit-access-denied',
    `Whoever signed the manifest may not ${command} this component.`,
  );
}

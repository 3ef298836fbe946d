import type { ComponentIndex, SuitCommand, SuitSequence } from '../command.ts';
import { type ComponentIdentifier, componentKey } from '../component.ts';
import type { SuitDigest } from '../digest.ts';
import type { SuitManifest } from '../manifest.ts';
import type { SuitParameters } from '../parameters.ts';
import { refusal } from '../refusal.ts';
import type { SuitDescription } from './description.ts';

/** What is known of an image. */
export interface MeasuredImage {
  readonly digest: SuitDigest;
  /** Octets. */
  readonly size: number;
  /** What devices fetch in its place. */
  readonly encrypted?: { readonly info: Uint8Array; readonly digest: SuitDigest; readonly size: number };
}

/** Under which URI the envelope carries the image of a component. */
export const integratedUri = (index: number): string => `#${index}`;

const policy = 15;
const reportFailure = 2;

/**
 * The manifest that a description asks for, by the templates of draft-ietf-suit-manifest §7: it checks vendor and class,
 * fetches each image, holds each against its digest after writing and before starting, and starts one of them if asked.
 *
 * @param images in the order of the components.
 */
export function describeManifest(
  description: SuitDescription,
  images: readonly MeasuredImage[],
): SuitManifest {
  const { components, vendorIdentifier, classIdentifier, text } = description;
  const measured = components.flatMap((_, index) => {
    const { digest, size } = images[index] as MeasuredImage;
    return [choose(index), set({ imageDigest: digest, imageSize: size })];
  });
  const sharedSequence: SuitSequence = [
    choose(0),
    set({ vendorIdentifier, classIdentifier }),
    { command: 'vendor-identifier', policy },
    { command: 'class-identifier', policy },
    ...measured,
  ];
  const places = placesOf(description);
  const install = components.flatMap((component, index): SuitSequence => {
    const { encrypted } = images[index] as MeasuredImage;
    const uri = component.uri ?? integratedUri(index);
    if (component.encryption === undefined || encrypted === undefined) return fetching(index, { uri });
    const { info: encryptionInfo, digest: imageDigest, size: imageSize } = encrypted;
    const sourceComponent = indexOf(places, component.encryption.staging);
    return [
      // The digest of what is fetched, too: nothing is decrypted for whoever has put something else there.
      ...fetching(sourceComponent, { uri, imageDigest, imageSize }),
      choose(index),
      set({ sourceComponent, encryptionInfo }),
      { command: 'copy', policy: reportFailure },
      { command: 'image-match', policy },
    ];
  });
  return {
    sequenceNumber: description.sequenceNumber,
    common: { components: places, dependencies: new Map(), sharedSequence },
    sections: {
      install: { content: install },
      validate: {
        content: [
          choose(places.length === components.length ? true : [...components.keys()]),
          { command: 'image-match', policy },
        ],
      },
      ...(description.invoke && { invoke: { content: invocation(description, description.invoke) } }),
    },
    ...(description.referenceUri !== undefined && { referenceUri: description.referenceUri }),
    ...(description.componentIdentifier && { componentIdentifier: description.componentIdentifier }),
    ...(description.version && { currentVersion: description.version }),
    ...(text && {
      text: {
        content: new Map(
          Array.from(text, ([language, updateDescription]) => [
            language,
            { manifest: { updateDescription }, components: [] },
          ]),
        ),
      },
    }),
  };
}

const choose = (index: ComponentIndex): SuitCommand => ({ command: 'set-component-index', index });

const set = (parameters: SuitParameters): SuitCommand => ({ command: 'override-parameters', parameters });

const fetching = (index: number, parameters: SuitParameters): SuitSequence => [
  choose(index),
  set(parameters),
  { command: 'fetch', policy: reportFailure },
  { command: 'image-match', policy },
];

/** The components that are described, and behind them those where something is kept until it is decrypted. */
function placesOf({ components }: SuitDescription): readonly ComponentIdentifier[] {
  const places = components.map(({ identifier }) => identifier);
  for (const { encryption } of components) {
    if (encryption !== undefined && indexOf(places, encryption.staging) < 0) places.push(encryption.staging);
  }
  return places;
}

const indexOf = (places: readonly ComponentIdentifier[], wanted: ComponentIdentifier): number =>
  places.findIndex((place) => componentKey(place) === componentKey(wanted));

function invocation({ components }: SuitDescription, wanted: ComponentIdentifier): SuitSequence {
  const index = indexOf(
    components.map(({ identifier }) => identifier),
    wanted,
  );
  if (index >= 0) return [choose(index), { command: 'invoke', policy: reportFailure }];
  throw refusal('update/suit-description', 'What is to be invoked is none of the components.');
}

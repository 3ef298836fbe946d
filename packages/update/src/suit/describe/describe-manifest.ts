import type { SuitCommand, SuitSequence } from '../command.ts';
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
  const install = components.flatMap(({ uri }, index): SuitCommand[] => [
    choose(index),
    set({ uri: uri ?? integratedUri(index) }),
    { command: 'fetch', policy: reportFailure },
    { command: 'image-match', policy },
  ]);
  return {
    sequenceNumber: description.sequenceNumber,
    common: {
      components: components.map(({ identifier }) => identifier),
      dependencies: new Map(),
      sharedSequence,
    },
    sections: {
      install: { content: install },
      validate: { content: [choose(true), { command: 'image-match', policy }] },
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

const choose = (index: number | true): SuitCommand => ({ command: 'set-component-index', index });

const set = (parameters: SuitParameters): SuitCommand => ({ command: 'override-parameters', parameters });

function invocation({ components }: SuitDescription, wanted: ComponentIdentifier): SuitSequence {
  const index = components.findIndex(({ identifier }) => componentKey(identifier) === componentKey(wanted));
  if (index >= 0) return [choose(index), { command: 'invoke', policy: reportFailure }];
  throw refusal('update/suit-description', 'What is to be invoked is none of the components.');
}

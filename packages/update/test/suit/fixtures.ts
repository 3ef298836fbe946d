import { encodeUtf8, fromHex } from '@kiten/codec';
import type { ComponentIdentifier, SuitCommand, SuitManifest } from '../../src/index.ts';

export const vendor = fromHex('fa6b4a53d5ad5fdfbe9de663e4d41ffe');
export const model = fromHex('1492af1425695e48bf429b2d51f2ab45');

/** `/app/main` as its segments. */
export const component = (path: string): ComponentIdentifier => path.split('/').slice(1).map(encodeUtf8);

export const checks: readonly SuitCommand[] = [
  { command: 'vendor-identifier', policy: 15 },
  { command: 'class-identifier', policy: 15 },
];

export const setsIdentity: SuitCommand = {
  command: 'override-parameters',
  parameters: { vendorIdentifier: vendor, classIdentifier: model },
};

/** A small manifest for one component, changed as a test needs it. */
export const manifestOf = (changes: Partial<SuitManifest> = {}): SuitManifest => ({
  sequenceNumber: 7,
  common: {
    components: [component('/app')],
    dependencies: new Map(),
    sharedSequence: [setsIdentity, ...checks],
  },
  sections: { validate: { content: [{ command: 'image-match', policy: 15 }] } },
  ...changes,
});

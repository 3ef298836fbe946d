import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeUtf8 } from '@kiten/codec';
import { onTestFinished } from 'vitest';
import {
  type BuildEnvelopeOptions,
  buildEnvelope,
  digestOf,
  encodeEnvelope,
  openDirectoryStorage,
  type ProcessSuitOptions,
  type SuitCommand,
  type SuitDevice,
  type SuitManifest,
  type SuitParameters,
  type SuitSequence,
  signEnvelope,
} from '../../src/index.ts';
import { checks, component, manifestOf, model, setsIdentity, vendor } from './fixtures.ts';
import { freshSigner, verify } from './keys.ts';

export const author = freshSigner('ES256');
export const places = ['/app', '/radio', '/staging', '/dependency', '/other', '/modem/main'];

/** A device with its storage in a directory that goes away with the test. */
export interface World {
  readonly directory: string;
  readonly options: (changes?: Partial<SuitDevice>) => Promise<ProcessSuitOptions>;
  readonly content: (place: string) => string | undefined;
  readonly put: (place: string, text: string) => void;
  /** Everything that is there, by name: to show that nothing has changed. */
  readonly everything: () => Record<string, string>;
  readonly server: Map<string, string>;
  fetched: number;
}

export function world(): World {
  const directory = mkdtempSync(join(tmpdir(), 'suit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const fileOf = (place: string) => join(directory, place.slice(1).replace('/', '-'));
  const server = new Map<string, string>();
  const made: World = {
    directory,
    server,
    fetched: 0,
    content: (place) => (existsSync(fileOf(place)) ? readFileSync(fileOf(place), 'utf8') : undefined),
    put: (place, text) => writeFileSync(fileOf(place), text),
    everything: () =>
      Object.fromEntries(
        readdirSync(directory, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => [
            join(parentPath, name),
            readFileSync(join(parentPath, name), 'utf8'),
          ]),
      ),
    async options(changes = {}) {
      const components = places.map((place) => ({ identifier: component(place), file: fileOf(place) }));
      const storage = await openDirectoryStorage(join(directory, 'suit'), components);
      const device: SuitDevice = {
        identity: () => ({ vendors: [vendor], classes: [model] }),
        async *fetch(uri) {
          made.fetched += 1;
          const found = server.get(uri);
          if (found === undefined) throw new Error(`${uri} is not there`);
          for (let at = 0; at < found.length; at += 7) yield encodeUtf8(found.slice(at, at + 7));
        },
        ...changes,
      };
      return { trust: { signers: [author], verify }, device, storage };
    },
  };
  return made;
}

export const policy = 15;
export const at = (index: number | readonly number[] | true): SuitCommand => ({
  command: 'set-component-index',
  index,
});
export const set = (parameters: SuitParameters): SuitCommand => ({
  command: 'override-parameters',
  parameters,
});
export const to = (...commands: Extract<SuitCommand, { policy: number }>['command'][]): SuitSequence =>
  commands.map((command) => ({ command, policy }));

/** What an image has to be. */
export const image = (text: string): SuitParameters => ({
  imageDigest: digestOf('sha256', encodeUtf8(text)),
  imageSize: encodeUtf8(text).length,
});

/** A manifest over some places: its shared sequence says for whom it is, and what each image has to be. */
export function manifestFor(
  images: Readonly<Record<string, SuitParameters>>,
  sections: Readonly<Record<string, SuitSequence>>,
  changes: Partial<SuitManifest> = {},
): SuitManifest {
  const shared = Object.values(images).flatMap((parameters, index) =>
    Object.keys(parameters).length === 0 ? [] : [at(index), set(parameters)],
  );
  return manifestOf({
    common: {
      components: Object.keys(images).map(component),
      dependencies: new Map(),
      sharedSequence: [at(0), setsIdentity, ...checks, ...shared],
    },
    sections: Object.fromEntries(Object.entries(sections).map(([name, content]) => [name, { content }])),
    ...changes,
  });
}

export const signed = (manifest: SuitManifest, options: BuildEnvelopeOptions = {}): Uint8Array =>
  encodeEnvelope(signEnvelope(buildEnvelope(manifest, options), author));

import { type CborMap, type CborValue, encodeCbor } from '@kiten/codec';
import { type ComponentIdentifier, componentKey, componentValue, readComponent } from './component.ts';
import { componentTextLabels, isCustomLabel, nameOf, textLabels } from './labels.ts';
import { asMap, asText, decodeItem } from './read.ts';
import { malformed, refusal } from './refusal.ts';

type Texts<Name extends string> = { readonly [Key in Name]?: string } & {
  /** A manufacturer's own texts, by label below −256. */
  readonly custom?: ReadonlyMap<number, string>;
};

export type ManifestText = Texts<keyof typeof textLabels>;
export type ComponentText = Texts<keyof typeof componentTextLabels>;

/** What a manifest says to people in one language (SUIT_Text_LMap, draft-ietf-suit-manifest §8.4.4). */
export interface SuitText {
  readonly manifest: ManifestText;
  readonly components: readonly {
    readonly identifier: ComponentIdentifier;
    readonly text: ComponentText;
  }[];
}

/** By language tag, as `en-US`. */
export type SuitTexts = ReadonlyMap<string, SuitText>;

const languageTag = /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/;

/**
 * Reads the texts of a manifest.
 *
 * @throws KitenError `update/suit-text-component` for a component that the manifest doesn't list,
 * `update/suit-member-unknown`, or what its CBOR is refused with.
 */
export function readTexts(octets: Uint8Array, components: readonly ComponentIdentifier[]): SuitTexts {
  const known = new Set(components.map(componentKey));
  const map = asMap('The text', decodeItem('The text', octets));
  if (map.size === 0) throw malformed('The text is in no language.');
  const texts = new Map<string, SuitText>();
  for (const [key, value] of map) {
    const language = asText('The language of a text', key);
    if (!languageTag.test(language)) throw malformed('The language of a text is no language tag.');
    texts.set(language, readText(asMap('The text of a language', value), known));
  }
  return texts;
}

export function encodeTexts(texts: SuitTexts): Uint8Array {
  return encodeCbor(
    new Map(
      Array.from(texts, ([language, { manifest, components }]) => [
        language,
        new Map<CborValue, CborValue>([
          ...textsValue(textLabels, manifest),
          ...components.map(
            ({ identifier, text }) =>
              [componentValue(identifier), textsValue(componentTextLabels, text)] as const,
          ),
        ]),
      ]),
    ),
  );
}

function readText(map: CborMap, known: ReadonlySet<string>): SuitText {
  const own: CborMap = new Map();
  const components: SuitText['components'][number][] = [];
  for (const [key, value] of map) {
    if (!Array.isArray(key)) {
      own.set(key, value);
      continue;
    }
    const identifier = readComponent('The component of a text', key);
    if (!known.has(componentKey(identifier))) {
      throw refusal(
        'update/suit-text-component',
        'A text is about a component that the manifest does not list.',
      );
    }
    const text = asMap('The text of a component', value);
    components.push({ identifier, text: readLabelled(componentTextLabels, text) });
  }
  return { manifest: readLabelled(textLabels, own), components };
}

function readLabelled<Name extends string>(table: Readonly<Record<Name, number>>, map: CborMap): Texts<Name> {
  const texts: Record<string, unknown> = {};
  const custom = new Map<number, string>();
  for (const [label, value] of map) {
    const text = asText('A text', value);
    const name = nameOf(table, label);
    if (name !== undefined) texts[name] = text;
    else if (typeof label === 'number' && isCustomLabel(label)) custom.set(label, text);
    else
      throw refusal('update/suit-member-unknown', 'A text stands under a label that is not known here.', {
        label,
      });
  }
  return { ...texts, ...(custom.size > 0 && { custom }) } as Texts<Name>;
}

function textsValue<Name extends string>(table: Readonly<Record<Name, number>>, texts: Texts<Name>): CborMap {
  const { custom = new Map<number, string>(), ...named } = texts;
  const map: CborMap = new Map(custom);
  for (const [name, text] of Object.entries(named)) map.set(table[name as Name], text as string);
  return map;
}

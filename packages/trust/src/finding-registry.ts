import { KitenError } from '@kiten/codec';
import { type ClaimName, isClaimName } from './claims.ts';
import type { Finding } from './finding.ts';
import {
  fillTemplate,
  hasStrayBrace,
  type Language,
  languages,
  parameterLimit,
  placeholders,
  type Template,
} from './sentence.ts';
import { isClaimValue } from './tiers.ts';
import { isFindingCode, validateFinding } from './validate-finding.ts';

/** What a code means: data, from which `docs/findings.md` is generated. */
export interface FindingDefinition {
  readonly code: string;
  readonly claim: ClaimName;
  readonly value: number;
  /** What was expected. */
  readonly expected: Template;
  /** What was found. */
  readonly found: Template;
  /** What would change it. */
  readonly remedy: Template;
  /**
   * What values of its parameters are called: `{ kind: { bias: { en: …, ja: … } } }`; others are said as they are. A parameter
   * for whose empty value there are words may be missing.
   */
  readonly words?: Readonly<Record<string, Readonly<Record<string, Template>>>>;
}

/** The sentences of one finding, in one language. Plain text. */
export interface FindingSentence {
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** The part of a finding that its code does not decide. */
export type FindingFields = Omit<Finding, 'code' | 'claim' | 'value' | 'clearedBy'>;

/** The codes of one or several domains. */
export interface FindingRegistry {
  /** Sorted by code. */
  readonly definitions: readonly FindingDefinition[];
  get(code: string): FindingDefinition | undefined;
  /**
   * A finding of this code, valid and with every parameter that its sentences mention.
   *
   * @throws KitenError `trust/finding-unknown-code`, `trust/finding-parameter-missing`, and what `validateFinding` throws
   */
  finding(code: string, fields: FindingFields): Finding;
  /** @throws KitenError `trust/finding-unknown-code`, `trust/finding-parameter-missing` */
  sentence(finding: Pick<Finding, 'code' | 'parameters'>, language: Language): FindingSentence;
}

const parts = ['expected', 'found', 'remedy'] as const;

/**
 * Checks definitions and puts them into a registry. Both languages of a part mention the same parameters.
 *
 * @throws KitenError `trust/definition-code`, `-duplicate`, `-claim`, `-value`, `-sentence`, `-parameters`, `-words`
 */
export function defineFindings(definitions: readonly FindingDefinition[]): FindingRegistry {
  const byCode = new Map<string, FindingDefinition>();
  for (const definition of definitions) {
    mustBeSound(definition);
    if (byCode.has(definition.code))
      refuse('duplicate', 'Two findings are defined with one code.', definition);
    byCode.set(definition.code, definition);
  }
  const required = new Map(definitions.map((definition) => [definition.code, mentioned(definition)]));

  const known = (code: string): FindingDefinition => {
    const definition = byCode.get(code);
    if (definition !== undefined) return definition;
    throw new KitenError('trust/finding-unknown-code', 'No finding is defined with this code.', {
      detail: { code: String(code).slice(0, 97) },
    });
  };

  return {
    definitions: [...byCode.values()].toSorted((left, right) => (left.code < right.code ? -1 : 1)),
    get: (code) => byCode.get(code),
    finding(code, fields) {
      const { claim, value } = known(code);
      const missing = required.get(code)?.find((name) => !Object.hasOwn(fields.parameters, name));
      if (missing !== undefined) {
        throw new KitenError(
          'trust/finding-parameter-missing',
          'The finding lacks a parameter that its sentences mention.',
          {
            detail: { code, parameter: missing },
          },
        );
      }
      return validateFinding({ ...fields, code, claim, value });
    },
    sentence({ code, parameters }, language) {
      const definition = known(code);
      const said = worded(definition, parameters, language);
      const say = (part: (typeof parts)[number]): string => fillTemplate(definition[part][language], said);
      return { expected: say('expected'), found: say('found'), remedy: say('remedy') };
    },
  };
}

/** The codes of several registries in one. @throws KitenError `trust/definition-duplicate` */
export function mergeFindings(...registries: readonly FindingRegistry[]): FindingRegistry {
  return defineFindings(registries.flatMap((registry) => registry.definitions));
}

/** The parameters that a finding has to have. */
function mentioned(definition: FindingDefinition): readonly string[] {
  const all = new Set(parts.flatMap((part) => [...placeholders(definition[part].en)]));
  return [...all].filter((name) => definition.words?.[name]?.[''] === undefined);
}

function worded(
  { words = {} }: FindingDefinition,
  parameters: Finding['parameters'],
  language: Language,
): Finding['parameters'] {
  const found = Object.entries(words).flatMap(([name, values]) => {
    const value = String(Object.hasOwn(parameters, name) ? parameters[name] : '');
    return Object.hasOwn(values, value) ? [[name, (values[value] as Template)[language]]] : [];
  });
  return { ...parameters, ...Object.fromEntries(found) };
}

function mustBeSound(definition: FindingDefinition): void {
  if (!isFindingCode(definition.code)) refuse('code', 'A code reads “domain/kebab-words”.', definition);
  if (!isClaimName(definition.claim))
    refuse('claim', 'A code belongs to one of the eight claims.', definition);
  if (!isClaimValue(definition.value)) refuse('value', 'A code has a value from −128 to 127.', definition);
  for (const part of parts) mustBeBilingual(definition, definition[part]);
  for (const values of Object.values(definition.words ?? {}))
    for (const template of Object.values(values)) mustBeWords(definition, template);
}

/** What is put into a sentence has no parameters of its own. */
function mustBeWords(definition: FindingDefinition, template: Template): void {
  mustBeBilingual(definition, template);
  if (
    languages.some(
      (language) => template[language].length > parameterLimit || /[{}]/.test(template[language]),
    )
  )
    refuse(
      'words',
      `Words for a parameter have ${parameterLimit} characters at most, and no parameters.`,
      definition,
    );
}

function mustBeBilingual(definition: FindingDefinition, template: Template): void {
  for (const language of languages) {
    const text = template[language];
    if (typeof text !== 'string' || text.trim() === '' || text.length > 400 || hasStrayBrace(text)) {
      refuse(
        'sentence',
        'Each sentence is there in both languages, at most 400 characters long, braces only around parameters.',
        definition,
      );
    }
  }
  const [english, japanese] = [placeholders(template.en), placeholders(template.ja)];
  if (english.size !== japanese.size || [...english].some((name) => !japanese.has(name))) {
    refuse('parameters', 'Both languages of a sentence mention the same parameters.', definition);
  }
}

function refuse(problem: string, sentence: string, definition: FindingDefinition): never {
  throw new KitenError(`trust/definition-${problem}`, sentence, {
    detail: { code: String(definition.code).slice(0, 97) },
  });
}

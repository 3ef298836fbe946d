import { readFile } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { parse, TomlError } from 'smol-toml';
import { Check, Errors } from 'typebox/value';
import { type ConfigurationFile, configurationSchema } from './schema.ts';
import { explainInvalid } from './validation.ts';

/**
 * Reads a TOML configuration.
 *
 * @throws KitenError `kiten/config-syntax` with line and column, `kiten/config-key` naming the key that is
 *   unknown or has a value it may not have, `kiten/config-unreadable`
 */
export async function loadConfiguration(file: string): Promise<ConfigurationFile> {
  return parseConfiguration(await readText(file), file);
}

export function parseConfiguration(text: string, file: string): ConfigurationFile {
  const value = parseToml(text, file);
  if (Check(configurationSchema, value)) return value;
  throw wrongKey(value, file);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/config-unreadable', `The configuration ${file} cannot be read.`, { cause });
  }
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const { line, column } = cause;
    throw new KitenError('kiten/config-syntax', `${file}:${line}:${column} is not TOML.`, {
      cause,
      detail: { file, line, column },
    });
  }
}

function wrongKey(value: unknown, file: string): KitenError {
  const { key, problem } = explainInvalid(Errors(configurationSchema, value));
  return new KitenError('kiten/config-key', `${file}: “${key}” ${problem}.`, { detail: { file, key } });
}

import { KitenError } from '@kiten/codec';
import { importedGroup } from './rights.ts';

const begin = '// What was taken over from Mosquitto: begin';
const end = '// What was taken over from Mosquitto: end';
/** By the path: what a proof knows of a topic's space it has from nowhere else. */
const foreign = `(
    principal in Group::"${importedGroup}" &&
    !(resource.path like "d/*") &&
    !(resource.path like "c/*") &&
    !(resource.path like "$kiten/*")
  )`;

/** Parts of what Kiten ships that an import adds an exception to, as they are shipped. */
const stays = `unless { resource has owner && resource.owner == principal };`;
const ownName = `unless { resource.path like "c/*" || (resource has owner && resource.owner == principal) };`;

/**
 * The policies with those that came from Mosquitto, in place of those of an earlier import. Imported devices may then use
 * topics outside d/, c/ and $kiten/, as far as these policies permit them.
 *
 * @throws KitenError `kiten/import-policies` if `password-stays-with-its-own` is not as Kiten ships it,
 *   `kiten/import-too-large`
 */
export function amendedPolicies(text: string, imported: readonly string[]): string {
  const without = withoutImport(text).trimEnd();
  if (imported.length === 0) return `${without}\n`;
  const excepted = withException(
    without,
    'password-stays-with-its-own',
    stays,
    `unless {\n  (resource has owner && resource.owner == principal) ||\n  ${foreign}\n};`,
  );
  const amended = `${excepted}\n\n${begin}\n${imported.join('\n')}${end}\n`;
  if (amended.length > longestText) {
    throw new KitenError(
      'kiten/import-too-large',
      `The ACL file comes to ${imported.length} policies, more than a site takes: move the fleet over in parts, or let devices keep to their own topics.`,
    );
  }
  return amended;
}

/** As the API takes it. */
const longestText = 200_000;

/**
 * The invariants, with the exception that imported devices publish on topics outside d/, c/ and $kiten/.
 *
 * @throws KitenError `kiten/import-policies` if `device-publishes-in-its-own-name` is not as Kiten ships it
 */
export function amendedInvariants(text: string): string {
  const amended = withException(
    text,
    'device-publishes-in-its-own-name',
    ownName,
    `unless {\n  resource.path like "c/*" ||\n  (resource has owner && resource.owner == principal) ||\n  ${foreign}\n};`,
  );
  return amended
    .replace(
      'on a topic that it owns, or commands below c/.")',
      `on a topic that it owns, or commands below c/; those of the group ${importedGroup} also on topics of no device.")`,
    )
    .replace(
      '自分のトピックか、c/ の下の指令に限られます。")',
      `自分のトピックか、c/ の下の指令に限られます。グループ ${importedGroup} のデバイスはどのデバイスのものでもないトピックにも発行できます。")`,
    );
}

function withoutImport(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  return from < 0 || to < from ? text : text.slice(0, from) + text.slice(to + end.length);
}

function withException(text: string, id: string, shipped: string, excepted: string): string {
  const at = text.indexOf(`@id("${id}")`);
  const next = text.indexOf('@id(', at + 1);
  const until = next < 0 ? text.length : next;
  const one = text.slice(at, until);
  if (at < 0 || one.includes(foreign)) return text;
  if (!one.includes(shipped)) {
    throw new KitenError(
      'kiten/import-policies',
      `“${id}” is not as Kiten ships it: add the exception yourself (kiten policy set): … || ${foreign.replaceAll(/\s+/g, ' ')}.`,
    );
  }
  return text.slice(0, at) + one.replace(shipped, excepted) + text.slice(until);
}

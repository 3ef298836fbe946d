import { type AclLine, readAclFile } from './acl-file.ts';
import { type PasswordLine, readPasswordFile } from './password-file.ts';
import { carryRights, type RuleOutcome } from './rights.ts';

/** What moving a Mosquitto fleet over comes to. */
export interface ImportPlan {
  readonly devices: readonly { readonly id: string; readonly hash: string }[];
  /** Lines of the password file that become no device. */
  readonly refused: readonly { readonly line: number; readonly username: string; readonly why: string }[];
  readonly rules: readonly RuleOutcome[];
  /** Cedar policies, one each. */
  readonly policies: readonly string[];
}

export interface ImportFiles {
  readonly passwords: string;
  /** Without one Mosquitto lets everybody do everything; here devices keep to their own topics. */
  readonly acl?: string | undefined;
}

/**
 * @param taken why a device cannot be taken over, of those that the site knows already
 */
export function planImport(
  { passwords, acl = '' }: ImportFiles,
  keepsTopics: boolean,
  taken: (id: string) => string | undefined,
): ImportPlan {
  const lines = readPasswordFile(passwords).map((one): PasswordLine => {
    const why = 'hash' in one ? taken(one.username) : undefined;
    return why === undefined ? one : { line: one.line, username: one.username, why };
  });
  const devices = lines.flatMap((one) => ('hash' in one ? [{ id: one.username, hash: one.hash }] : []));
  const refused = lines.flatMap((one) =>
    'why' in one ? [{ line: one.line, username: one.username, why: one.why }] : [],
  );
  const rules: readonly AclLine[] = readAclFile(acl);
  const rights = carryRights(rules, { devices: new Set(devices.map(({ id }) => id)), keepsTopics });
  return { devices, refused, ...rights };
}

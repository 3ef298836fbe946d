import { validTopicFilter } from '@kiten/wire';

export type AclAccess = 'read' | 'write' | 'readwrite' | 'deny';

/** A rule of Mosquitto's ACL file, or a line that is none. */
export type AclLine = { readonly line: number; readonly text: string } & (
  | {
      readonly kind: 'topic';
      /** Nobody: the rules before the first user are for clients without a name. */
      readonly user: string | undefined;
      readonly access: AclAccess;
      readonly filter: string;
    }
  /** For every user: `%u` is the user name, `%c` the client id. */
  | { readonly kind: 'pattern'; readonly access: AclAccess; readonly filter: string }
  | { readonly kind: 'unreadable'; readonly why: string }
);

const accesses: readonly string[] = ['read', 'write', 'readwrite', 'deny'] satisfies AclAccess[];

/** Reads Mosquitto's ACL file (mosquitto.conf(5), acl_file). */
export function readAclFile(text: string): readonly AclLine[] {
  let user: string | undefined;
  return text.split(/\r?\n/).flatMap((content, index): readonly AclLine[] => {
    const said = content.trim();
    if (said === '' || said.startsWith('#')) return [];
    const at = { line: index + 1, text: said };
    const [keyword = ''] = said.split(/\s/, 1);
    const rest = said.slice(keyword.length).trim();
    if (keyword === 'user' && rest !== '') {
      user = rest;
      return [];
    }
    if (keyword !== 'topic' && keyword !== 'pattern')
      return [{ ...at, kind: 'unreadable', why: 'A line begins with user, topic or pattern.' }];
    const { access, filter } = accessOf(rest);
    if (!validTopicFilter(filter, 4)) return [{ ...at, kind: 'unreadable', why: 'This is no topic filter.' }];
    return [
      keyword === 'topic'
        ? { ...at, kind: 'topic', user, access, filter }
        : { ...at, kind: 'pattern', access, filter },
    ];
  });
}

/** Without a kind of access it is both; a topic that holds a space needs one. */
function accessOf(rest: string): { access: AclAccess; filter: string } {
  const [first = ''] = rest.split(/\s/, 1);
  return accesses.includes(first) && first !== rest
    ? { access: first as AclAccess, filter: rest.slice(first.length).trim() }
    : { access: 'readwrite', filter: rest };
}

/** Public keys as a form says them, in base64 of DER, by their devices; or the text that is none. */
export type PackKeys = { readonly keys: Readonly<Record<string, string>> } | { readonly wrong: string };

const pem = '-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----';
const entry = new RegExp(`^([^\\s:]+)(?::\\s*|\\s+)(${pem}|[A-Za-z\\d+/]+={0,2})(?:\\s+|$)`);
const mostShown = 40;

/** Of each device its name, and behind it its key: in PEM or in base64. */
export function packKeysIn(text: string): PackKeys {
  const keys = new Map<string, string>();
  for (let rest = text.trim(); rest !== ''; ) {
    const [all = '', device = '', key = ''] = entry.exec(rest) ?? [];
    const bare = keyIn(key);
    if (bare === undefined || keys.has(device))
      return { wrong: rest.split('\n', 1)[0]?.slice(0, mostShown) ?? '' };
    keys.set(device, bare);
    rest = rest.slice(all.length);
  }
  return { keys: Object.fromEntries(keys) };
}

/** What stands between the lines of a PEM file, or base64 as it is; `undefined` if that is no DER sequence. */
export function keyIn(text: string): string | undefined {
  const bare = text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
  try {
    return atob(bare).startsWith('0') ? bare : undefined;
  } catch {
    return undefined;
  }
}

/** The field of a form whose keys are none, and what stands there. */
export interface WrongKeys {
  readonly field: 'key' | 'keys';
  /** Absent where both are given, one key for all and one of each. */
  readonly text?: string;
}

export function wrongKeysIn(form: FormData): WrongKeys | undefined {
  const [key, keys] = ['key', 'keys'].map((name) => String(form.get(name) ?? '').trim()) as [string, string];
  if (key !== '' && keyIn(key) === undefined)
    return { field: 'key', text: key.split('\n', 1)[0]?.slice(0, mostShown) ?? '' };
  const said = packKeysIn(keys);
  if ('wrong' in said) return { field: 'keys', text: said.wrong };
  return key !== '' && keys !== '' ? { field: 'keys' } : undefined;
}

import type { Declaration, Source } from '../api/readings.ts';
import { numberIn, textIn } from './judging-form.ts';
import { keyIn, packKeysIn } from './pack-keys.ts';

export const forms = ['json', 'senml', 'pack', 'number', 'csv'] as const;
export type Form = (typeof forms)[number];

/** Lines with something in them. */
export function linesIn(form: FormData, name: string): readonly string[] {
  const lines = String(form.get(name) ?? '').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** What a form says of where readings stand. Whether that makes sense, the site says. */
export function sourceIn(form: FormData): Source & Pick<Declaration, 'id'> {
  const kind = String(form.get('form'));
  const channels = linesIn(form, 'channels').map(channelIn);
  const measured = channels.flatMap(({ field, unit }) =>
    unit === undefined ? [] : [[channelName(kind, field), unit] as const],
  );
  return {
    ...{ id: String(form.get('id')).trim(), filter: String(form.get('filter')).trim(), form: kind },
    fields: channels.map(({ field }) => field),
    units: measured.length === 0 ? undefined : Object.fromEntries(measured),
    ...{ binSeconds: numberIn(form, 'binSeconds'), ...keysOf(form) },
    ...{ sequence: textIn(form, 'sequence'), time: textIn(form, 'time') },
  };
}

/** How a channel is called: of a JSON pointer, without its first slash. */
export function channelName(form: string, field: string): string {
  if (form !== 'json') return field;
  return field === '' ? 'value' : field.slice(1);
}

/** As tables of readings name them: `/level [m]`. In JSON, `""` is the whole. */
function channelIn(line: string): { readonly field: string; readonly unit?: string } {
  const [, field = line, unit] = /^(.*?)\s*\[([^\]]*)\]$/.exec(line) ?? [];
  const named = field === '""' ? '' : field;
  return unit === undefined || unit === '' ? { field: named } : { field: named, unit };
}

/** What signs packs: one key for all, or one of each device; without any, what the site certified. */
function keysOf(form: FormData): Pick<Source, 'key' | 'keys'> {
  const [key, keys] = [textIn(form, 'key'), textIn(form, 'keys')];
  const each = keys === undefined ? undefined : packKeysIn(keys);
  return {
    key: key === undefined ? undefined : keyIn(key),
    keys: each === undefined || 'wrong' in each ? undefined : each.keys,
  };
}

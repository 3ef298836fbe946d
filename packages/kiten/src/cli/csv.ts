/** A record of a CSV file, and the line on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Takes a CSV text apart (RFC 4180): commas, double quotes, line ends of any kind. Empty lines and lines that begin with
 * `#` are left out.
 *
 * @returns the records, or the line where a quote is not closed or stands where none may
 */
export function parseCsv(text: string): readonly CsvRecord[] | { readonly brokenAt: number } {
  const records: CsvRecord[] = [];
  const source = text.replace(/^\ufeff/, '');
  let line = 1;
  for (let at = 0; at < source.length; ) {
    const begun = line;
    const fields: string[] = [];
    for (;;) {
      const field = source[at] === '"' ? quotedField(source, at) : plainField(source, at);
      if (field === undefined) return { brokenAt: begun };
      fields.push(field.text);
      line += field.text.split('\n').length - 1;
      at = field.end;
      if (source[at] !== ',') break;
      at += 1;
    }
    at += source.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    const isNothing = fields.length === 1 && (fields[0] === '' || fields[0]?.startsWith('#') === true);
    if (!isNothing) records.push({ line: begun, fields });
  }
  return records;
}

interface Field {
  readonly text: string;
  /** Where the comma or line end behind it stands. */
  readonly end: number;
}

function plainField(source: string, at: number): Field | undefined {
  const [text = ''] = /^[^,\r\n]*/.exec(source.slice(at, at + 4096)) ?? [];
  return text.includes('"') ? undefined : { text: text.trim(), end: at + text.length };
}

function quotedField(source: string, at: number): Field | undefined {
  let text = '';
  for (let next = at + 1; ; ) {
    const close = source.indexOf('"', next);
    if (close < 0) return undefined;
    text += source.slice(next, close);
    if (source[close + 1] !== '"') {
      const behind = source[close + 1];
      return behind === undefined || /[,\r\n]/.test(behind) ? { text, end: close + 1 } : undefined;
    }
    text += '"';
    next = close + 2;
  }
}

import { KitenError } from '@kiten/codec';

/** A line longer than this is no table of readings. Characters. */
const longestLine = 1 << 20;
const mostColumns = 4096;
const delimiters = [',', ';', '\t', '|'];

/** A line of a table, apart. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly fields: readonly string[];
}

/**
 * Takes a table apart piece by piece, as it comes from a file: the delimiter is the one that the first line has most of,
 * fields may stand in double quotes (RFC 4180), empty lines are passed over. A line end within quotes is refused.
 */
export class Delimited {
  #rest = '';
  #number = 0;
  #delimiter: string | undefined;

  /** `undefined` before the first line. */
  get delimiter(): string | undefined {
    return this.#delimiter;
  }

  /** @throws KitenError `measurement/table-malformed` with `detail.line` */
  *push(text: string): Generator<Line> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    if (this.#rest.length > longestLine)
      throw malformed(this.#number + 1, 'The line is longer than a mebibyte.');
    for (const line of lines) yield* this.#line(line);
  }

  /** What stands behind the last line end. */
  *end(): Generator<Line> {
    const last = this.#rest;
    this.#rest = '';
    yield* this.#line(last);
  }

  *#line(raw: string): Generator<Line> {
    this.#number++;
    const text = (this.#number === 1 ? raw.replace(/^\ufeff/, '') : raw).replace(/\r$/, '');
    if (text.trim() === '') return;
    this.#delimiter ??= mostFrequent(text);
    const fields =
      this.#delimiter === ' '
        ? text.trim().split(/\s+/)
        : text.includes('"')
          ? quoted(text, this.#delimiter, this.#number)
          : text.split(this.#delimiter).map((field) => field.trim());
    if (fields.length > mostColumns)
      throw malformed(
        this.#number,
        `The line has ${fields.length} columns; at most ${mostColumns} are read.`,
      );
    yield { number: this.#number, fields };
  }
}

function mostFrequent(line: string): string {
  const bare = line.trim().replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  const most = delimiters.reduce((best, next) => (count(next) > count(best) ? next : best));
  // Names have spaces of their own: they are delimiters only where there is nothing else.
  return count(most) > 1 ? most : ' ';
}

function quoted(text: string, delimiter: string, line: number): string[] {
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    let field = '';
    while (text[at] === ' ') at++;
    if (text[at] === '"') {
      for (at++; ; at++) {
        const close = text.indexOf('"', at);
        if (close < 0) throw malformed(line, 'A quoted field does not end on its line.');
        field += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
      while (text[at] === ' ') at++;
    } else {
      const next = text.indexOf(delimiter, at);
      field = text.slice(at, next < 0 ? undefined : next).trim();
      at = next < 0 ? text.length : next;
    }
    fields.push(field);
    if (at >= text.length) return fields;
    if (text[at] !== delimiter)
      throw malformed(line, 'Something stands between a quoted field and the next.');
  }
}

export function malformed(line: number, sentence: string): KitenError {
  return new KitenError('measurement/table-malformed', `Line ${line}: ${sentence}`, { detail: { line } });
}

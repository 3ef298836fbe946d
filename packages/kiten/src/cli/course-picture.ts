/** What a channel said and should have said, row by row; `began` is the first that is not believed. */
export interface CoursePicture {
  readonly title: string;
  readonly said: Float64Array;
  readonly expected: Float64Array;
  readonly began: number;
  readonly words: { readonly said: string; readonly expected: string };
}

const [columns, lines] = [72, 12];
const [width, height, edge] = [900, 320, 40];

/** The course as text: `*` said, `·` expected, `#` both, `|` where it began. */
export function coursePlot({ said, expected, began, words }: CoursePicture): string {
  const [least, most] = spanOf(said, expected);
  const cells = Array.from({ length: lines }, () => new Array<string>(columns).fill(' '));
  const column = (row: number) => Math.min(columns - 1, Math.trunc((row * columns) / said.length));
  for (const line of cells) line[column(began)] = '|';
  const put = (row: number, value: number, mark: string): void => {
    const line = lines - 1 - Math.round(((value - least) / (most - least)) * (lines - 1));
    const cell = cells[line] as string[];
    const other = cell[column(row)];
    cell[column(row)] = other !== mark && (other === '·' || other === '#') ? '#' : mark;
  };
  for (const [row, value] of expected.entries()) put(row, value, '·');
  for (const [row, value] of said.entries()) put(row, value, '*');
  const drawn = cells.map((line, at) =>
    `${(at === 0 ? most : at === lines - 1 ? least : Number.NaN).toPrecision(5).replace('NaN', '').padStart(10)} ${line.join('')}`.trimEnd(),
  );
  return [...drawn, `${' '.repeat(11)}* ${words.said}   · ${words.expected}`].join('\n');
}

/** The course as a picture (SVG 1.1): expected dashed, the time from which on it is not believed shaded. */
export function courseSvg({ title, said, expected, began, words }: CoursePicture): string {
  const [least, most] = spanOf(said, expected);
  const x = (row: number) => (edge + (row * (width - 2 * edge)) / Math.max(1, said.length - 1)).toFixed(1);
  const y = (value: number) =>
    (height - edge - ((value - least) * (height - 2 * edge)) / (most - least)).toFixed(1);
  const line = (values: Float64Array, style: string) =>
    `<polyline fill="none" ${style} points="${Array.from(values, (value, row) => `${x(row)},${y(value)}`).join(' ')}"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<rect x="${x(began)}" y="${edge}" width="${(width - edge - Number(x(began))).toFixed(1)}" height="${height - 2 * edge}" fill="#c33" fill-opacity="0.12"/>`,
    line(expected, 'stroke="#1667c7" stroke-width="1.5" stroke-dasharray="5 3"'),
    line(said, 'stroke="#222" stroke-width="1.5"'),
    `<text x="${edge}" y="22">${escaped(title)}</text>`,
    `<text x="${edge}" y="${height - 12}">— ${escaped(words.said)}   - - ${escaped(words.expected)}</text>`,
    `<text x="4" y="${edge + 4}">${most.toPrecision(4)}</text>`,
    `<text x="4" y="${height - edge}">${least.toPrecision(4)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function spanOf(one: Float64Array, other: Float64Array): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of [one, other])
    for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return most > least ? [least, most] : [least - 1, least + 1];
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A number as text, alone. */
export const numberForm = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

const mostColumns = 256;
const longest = 8192;

/** The numbers of a line of CSV, NaN where a column holds none; none if it is no such line. */
export function csvNumbers(text: string): readonly number[] {
  const line = text.trim();
  if (line.length > longest || !/^[-+.\deE,;\t ]*\d[-+.\deE,;\t ]*$/.test(line)) return [];
  const separator = ['\t', ';', ','].find((one) => line.includes(one));
  if (separator === undefined) return [];
  const columns = line.split(separator);
  if (columns.length > mostColumns) return [];
  return columns.map((column) => (numberForm.test(column) ? Number(column) : Number.NaN));
}

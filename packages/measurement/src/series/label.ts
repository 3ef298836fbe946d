/** Columns that say what is an attack. */
const names =
  /^(att_?flag|attacks?|normal ?\/ ?attack|anomaly|anomalies|is_?anomaly|label|labels|class|changepoint|ground_?truth)$/i;
/** The same of a part of a plant, or explained: `attack_P1`, `Attack LABLE (1:No Attack, -1:Attack)`. */
const longerNames = /^(att_?flag|attacks?|anomaly|anomalies|is_?anomaly|labels?|ground_?truth)[\W_]/i;
const explained = /(-?\d+) *[:=] *(no[ _-]?attack|normal|benign|calm)/i;

/** What BATADAL and others write where nobody knows. */
const unknown = -999;
const flags: readonly number[] = [unknown, -1, 0, 1];
const calm = /^(normal|natural|benign|calm|none|no|no[ _-]?attack|false|off|ok)$/i;
const attack = /^(a ?t ?t ?a ?c ?k|anomaly|anomalous|true|on|yes)$/i;

/** Whether a column says what is an attack, by its name, and where that might be a reading's, by its first values, too. */
export function isLabel(name: string, texts: readonly string[]): boolean {
  return names.test(name) || (longerNames.test(name) && texts.every(isFlag));
}

function isFlag(text: string): boolean {
  return text === '' || calm.test(text) || attack.test(text) || flags.includes(Number(text));
}

/** Reads a label of a column. 0: calm; NaN: nobody knows. Words other than those for calm are attacks. */
export function labelReader(name: string, read: (text: string) => number): (text: string) => number {
  const calmNumber = Number(explained.exec(name)?.[1] ?? 0);
  return (text) => {
    const value = read(text);
    if (value === calmNumber) return 0;
    if (!Number.isNaN(value)) return value === unknown ? Number.NaN : value || 1;
    if (text === '') return Number.NaN;
    return calm.test(text) ? 0 : 1;
  };
}

/** Labels without any 0, but with 1 and −1: there 1 is calm and −1 an attack, as in the streams that eTaPR is tried with. */
export function withCalmAsZero(labels: Float64Array): Float64Array {
  const isSigned = labels.includes(-1) && labels.every((each) => Number.isNaN(each) || Math.abs(each) === 1);
  return isSigned ? labels.map((each) => (1 - each) / 2) : labels;
}

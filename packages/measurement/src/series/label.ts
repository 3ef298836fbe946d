/** Columns that say what is an attack. */
export const labelNames =
  /^(att_?flag|attacks?|normal ?\/ ?attack|anomaly|anomalies|is_?anomaly|label|labels|class|changepoint|ground_?truth)$/i;

/** What BATADAL and others write where nobody knows. */
const unknown = -999;
const calm = /^(normal|benign|calm|none|no|false|off|ok)$/i;

/** 0: calm; NaN: nobody knows. Words other than those for calm are attacks. */
export function labelFrom(text: string, read: (text: string) => number): number {
  const value = read(text);
  if (!Number.isNaN(value)) return value === unknown ? Number.NaN : value;
  if (text === '') return Number.NaN;
  return calm.test(text) ? 0 : 1;
}

/** Endings of names that are units and hardly anything else: a lone `_a` is a phase, `_c` a third one. */
const endings =
  /_(mm|cm|m|km|mbar|bar|pa|hpa|kpa|mpa|psi|degc|degf|celsius|kelvin|rpm|khz|hz|mv|kv|ma|kw|kwh|wh|lpm|m3h|percent|pct|ppm|rad|deg|rad_s|deg_s|m_s|m_s2)$/i;
/** In brackets at the end of a name, unless it is a position such as `[0]` or a count such as `(2)`. */
const bracketed = /^(.*?\S)\s*(?:\[([^[\]]{1,16})\]|\(([^()]{1,16})\))$/;

/** What a column is measured in, by its name: `level [m]`, `flow (l/s)`, `pressure_bar`; '' if it does not say. */
export function unitOf(name: string): string {
  const [, , square, round] = bracketed.exec(name) ?? [];
  const unit = (square ?? round ?? '').trim();
  if (/\D/.test(unit)) return unit;
  return endings.exec(name)?.[1] ?? '';
}

/** A name without its unit. */
export function withoutUnit(name: string): string {
  if (unitOf(name) === '') return name;
  return bracketed.exec(name)?.[1] ?? name.replace(endings, '');
}

/** Whether a text may say what something is measured in: `m`, `l/s`, `°C`; 1 to 16 characters that can be seen. */
export function isUnit(text: string): boolean {
  return text.length >= 1 && text.length <= 16 && text.trim() === text && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

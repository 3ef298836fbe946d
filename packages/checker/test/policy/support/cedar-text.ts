/** An expression in Cedar's JSON form, integers as bigints. */
export type Json = null | boolean | bigint | string | readonly Json[] | { readonly [name: string]: Json };

type Parts = Readonly<Record<string, Json>>;
const methods = 'contains containsAll containsAny getTag hasTag'.split(' ');
const functions = ['ip', 'decimal', 'datetime', 'duration'];

/** An expression in Cedar's own syntax, with parentheses everywhere. */
export function cedarText(expression: Json): string {
  const [[op, body]] = Object.entries(expression as Parts) as [[string, Json]];
  const parts = body as Parts;
  const of = (name: string): string => cedarText(parts[name]!);
  if (op === 'Value') return valueText(body);
  if (op === 'Var') return String(body);
  if (op === 'Set') return `[${(body as Json[]).map(cedarText).join(', ')}]`;
  if (op === 'Record')
    return `{${Object.entries(parts)
      .map(([name, member]) => `${quoted(name)}: ${cedarText(member)}`)
      .join(', ')}}`;
  if (op === '!') return `(!${of('arg')})`;
  if (op === 'neg') return `(-(${of('arg')}))`;
  if (op === 'isEmpty') return `${of('arg')}.isEmpty()`;
  if (methods.includes(op)) return `(${of('left')}).${op}(${of('right')})`;
  if (op === 'if-then-else') return `(if ${of('if')} then ${of('then')} else ${of('else')})`;
  if (op === '.') return `(${of('left')})[${quoted(String(parts.attr))}]`;
  if (op === 'has') {
    const attribute = Array.isArray(parts.attr) ? parts.attr.join('.') : String(parts.attr);
    return `((${of('left')}) has ${attribute})`;
  }
  if (op === 'like') {
    const pattern = (parts.pattern as Json[]).map((part) =>
      part === 'Wildcard'
        ? '*'
        : quoted(String((part as Parts).Literal))
            .slice(1, -1)
            .replaceAll('*', '\\*'),
    );
    return `((${of('left')}) like "${pattern.join('')}")`;
  }
  if (op === 'is') {
    const group = parts.in === undefined ? '' : ` in ${of('in')}`;
    return `((${of('left')}) is ${parts.entity_type}${group})`;
  }
  if (Array.isArray(body)) {
    const operands = (body as Json[]).map(cedarText);
    if (functions.includes(op)) return `${op}(${operands.join(', ')})`;
    return `(${operands[0]}).${op}(${operands.slice(1).join(', ')})`;
  }
  return `(${of('left')} ${op} ${of('right')})`;
}

function valueText(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' && value < 0n ? `(${value})` : String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  const { __entity: uid, __extn: call } = value as Record<string, Parts>;
  if (uid !== undefined) return `${uid.type}::${quoted(String(uid.id))}`;
  if (call !== undefined) return `${call.fn}(${valueText(call.arg!)})`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${quoted(name)}: ${valueText(member)}`)
    .join(', ')}}`;
}

/** Escaped as Cedar's texts are. */
const quoted = (text: string): string =>
  `"${[...text].map((one) => (/[\x20-\x7e]/.test(one) && !'"\\'.includes(one) ? one : `\\u{${one.codePointAt(0)!.toString(16)}}`)).join('')}"`;

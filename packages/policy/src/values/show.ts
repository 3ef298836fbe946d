import { showExtension } from '../extensions/show-extension.ts';
import type { Value } from './value.ts';

const longestShown = 120;

/** A value in Cedar's notation, for people; long ones are cut. */
export function showValue(value: Value): string {
  const text = write(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function write(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'entity':
      return `${value.type}::${JSON.stringify(value.id)}`;
    case 'set':
      return `[${value.elements.slice(0, 8).map(write).join(', ')}${value.size > 8 ? ', …' : ''}]`;
    case 'record':
      return `{${Array.from(value.fields, ([name, field]) => `${JSON.stringify(name)}: ${write(field)}`).join(', ')}}`;
    default:
      return showExtension(value);
  }
}

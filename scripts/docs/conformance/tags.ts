import type { Standard } from './statements.ts';

/** A statement that a line of code or of a test names. */
export interface Tag {
  readonly standard: Standard;
  readonly id: string;
}

const token = /(?<older>3\.1\.1:)|(?<end>[);])|\[MQTT-(?<id>[\d.-]+)\](?: to \[MQTT-(?<last>[\d.-]+)\])?/g;

/**
 * The statements that a text names: `[MQTT-3.1.2-4]` is one of MQTT 5.0, and of 3.1.1 after `3.1.1:`, up to the next
 * parenthesis, semicolon or end of the line. `[MQTT-3.1.2-16] to [MQTT-3.1.2-19]` names all in between.
 */
export function tagsIn(text: string): readonly Tag[] {
  return text.split('\n').flatMap((line) => {
    const found: Tag[] = [];
    let standard: Standard = '5.0';
    for (const { groups } of line.matchAll(token)) {
      const { older, end, id, last } = groups as Record<string, string | undefined>;
      if (older !== undefined) standard = '3.1.1';
      else if (end !== undefined) standard = '5.0';
      else for (const each of range(id ?? '', last)) found.push({ standard, id: each });
    }
    return found;
  });
}

function range(first: string, last: string | undefined): readonly string[] {
  const [section, from] = parted(first);
  const to = last === undefined ? from : parted(last)[1];
  return Array.from({ length: to - from + 1 }, (_, index) => `${section}-${from + index}`);
}

/** One number of 3.1.1 is printed as 3-8.3-4. */
function parted(id: string): [section: string, number: number] {
  const at = id.lastIndexOf('-');
  return [id.slice(0, at).replace('-', '.'), Number(id.slice(at + 1))];
}

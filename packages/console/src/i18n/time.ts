/** Times as people here read them; the full time is always within reach. */
export interface Clockface {
  /** The time of day today, with the date before. */
  short(at: number, now: number): string;
  full(at: number): string;
}

export function clockface(language: string): Clockface {
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' });
  return {
    short: (at, now) => (sameDay(at, now) ? time.format(at) : date.format(at)),
    full: (at) => full.format(at),
  };
}

function sameDay(left: number, right: number): boolean {
  return new Date(left).toDateString() === new Date(right).toDateString();
}

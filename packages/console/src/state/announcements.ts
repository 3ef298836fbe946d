import { signal } from '@preact/signals';
import { say } from '../i18n/language.ts';

/** What a screen reader is told, politely. */
export const announcement = signal('');

const AT_MOST_EVERY = 8000;
const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Said at once: the outcome of what one did oneself. */
export function announce(text: string): void {
  announcement.value = text;
}

export function announceLink(link: 'live' | 'reconnecting'): void {
  announce(say(`link.${link}-long`));
}

/** Gathered: a fleet that falls must not talk without end. */
export function announceContraindicated(ids: readonly string[]): void {
  for (const id of ids) waiting.add(id);
  if (waiting.size === 0 || timer !== undefined) return;
  speak();
  timer = setTimeout(() => {
    timer = undefined;
    speak();
  }, AT_MOST_EVERY);
}

function speak(): void {
  if (waiting.size === 0) return;
  const [first = ''] = waiting;
  announce(
    waiting.size === 1
      ? say('announce.contraindicated', { device: first })
      : say('announce.contraindicated-many', { count: String(waiting.size) }),
  );
  waiting.clear();
}

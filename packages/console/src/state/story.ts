import { signal } from '@preact/signals';
import { ask } from '../api/client.ts';
import type { Language } from '../i18n/languages.ts';

type Told = Readonly<Record<Language, string>>;

/** A chapter of a demonstration's story (`GET /story`). */
export interface Chapter {
  readonly id: string;
  readonly at: number;
  readonly title: Told;
  readonly happened: Told;
  readonly why: Told;
  readonly done: Told;
  readonly next: Told;
  readonly commands: readonly string[];
  readonly device?: string;
}

export interface Story {
  /** Chapters in all; 0 where no story is played. */
  readonly length: number;
  readonly told: readonly Chapter[];
}

export const story = signal<Story>({ length: 0, told: [] });

export async function loadStory(): Promise<void> {
  story.value = (await ask('GET', '/story')) as Story;
}

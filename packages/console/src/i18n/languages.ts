export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/** What is kept from an earlier visit, else the first language of the browser that there is a dictionary for. */
export function chooseLanguage(kept: string | null, preferred: readonly string[]): Language {
  const known = languages.find((language) => language === kept);
  if (known !== undefined) return known;
  for (const tag of preferred) {
    const language = languages.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (language !== undefined) return language;
  }
  return 'en';
}

/** The language to speak to whoever sits at the terminal: by the locale. */
export function language(): 'en' | 'ja' {
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith('ja') ? 'ja' : 'en';
}

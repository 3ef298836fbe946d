import type { JudgingRules } from '../api/readings.ts';

/** What a form says of how streams are judged. What is left empty is not said; whether it makes sense, the site says. */
export function judgingIn(form: FormData): JudgingRules {
  return {
    alarmsPerDay: Number(form.get('alarmsPerDay')),
    silenceSeconds: Number(form.get('silenceSeconds')),
    recoverSeconds: numberIn(form, 'recoverSeconds'),
    learnSeconds: numberIn(form, 'learnSeconds'),
    follow:
      form.get('follow') === null
        ? undefined
        : { perDay: Number(form.get('perDay')), most: Number(form.get('most')) },
  };
}

export function numberIn(form: FormData, name: string): number | undefined {
  const text = textIn(form, name);
  return text === undefined ? undefined : Number(text);
}

export function textIn(form: FormData, name: string): string | undefined {
  const text = String(form.get(name) ?? '').trim();
  return text === '' ? undefined : text;
}

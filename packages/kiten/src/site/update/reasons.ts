import { fillTemplate, type Language } from '@kiten/trust';
import { pausedReason, type Reason, reasonTemplates } from '@kiten/update';
import type { CampaignCause } from './campaign.ts';

/** A reason as it is shown: its code, and its sentence in both languages. */
export interface ShownReason {
  readonly code: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly sentence: Readonly<Record<Language, string>>;
}

export function shownReason({ code, parameters }: Reason): ShownReason {
  const { en, ja } = reasonTemplates[code];
  return {
    code,
    parameters: { ...parameters },
    sentence: { en: fillTemplate(en, parameters).trim(), ja: fillTemplate(ja, parameters).trim() },
  };
}

/** Why a campaign is paused, as it is shown. */
export const pausedAs = (cause: CampaignCause): ShownReason => shownReason(pausedReason(cause));

import { KitenError } from '@kiten/codec';
import type { UpdateReport } from './state.ts';

const withdrawnSentence = (path: string): string =>
  `${path.slice(0, 200)} was withdrawn: it is not to be run any more.`;

export const withdrawnError = (path: string): KitenError =>
  new KitenError('agent/release-withdrawn', withdrawnSentence(path));

/** What the site is told. */
export const withdrawnReport = (path: string): UpdateReport => ({
  ...{ target: path, state: 'refused', code: 'agent/release-withdrawn', sentence: withdrawnSentence(path) },
});

import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { KitenError } from '@kiten/codec';
import { configurationTemplate } from '../config/configuration.ts';

/** What a person says about a site that is to be. */
export interface InitAnswers {
  readonly site: string;
  /** Names and addresses that devices know it by. */
  readonly names: readonly string[];
  /** Whether devices on the network may connect, or only this machine. */
  readonly open: boolean;
}

/** Asks a line, with what is taken for an empty one. */
export type Ask = (question: string, standard: string) => Promise<string>;

/** The three questions that a site cannot answer by itself. */
export async function askAboutSite(ask: Ask, standard: string): Promise<InitAnswers> {
  const site = await ask('What is the site called? It stands in every identity', standard);
  const names = await ask('By which names or addresses do devices reach it?', hostname());
  const open = await ask('May devices on the network connect (yes), or this machine only (no)?', 'no');
  return {
    site,
    names: names.split(/[\s,]+/).filter((name) => name !== ''),
    open: /^(y|yes|j|ja|はい)$/i.test(open),
  };
}

/** What `kiten.toml` says when it is written with these answers. */
export function configurationWith({ names, open }: Omit<InitAnswers, 'site'>): string {
  const everywhere = 'hosts = ["0.0.0.0", "::"]';
  const named = configurationTemplate.replace(/^# names = .*$/m, () => `names = ${JSON.stringify(names)}`);
  if (!open) return named;
  // Enrolment and MQTT over TLS; whatever else listens is opened by hand.
  const closed = /^# hosts = \["127\.0\.0\.1", "::1"\]/m;
  return named.replace(closed, everywhere).replace(closed, everywhere);
}

/**
 * Asks whoever sits at the terminal. What was typed ahead counts.
 *
 * @throws KitenError `kiten/init-cancelled` if the terminal ends before the answers do
 */
export async function atTerminal<T>(conversation: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    return await conversation(async (question, standard) => {
      terminal.setPrompt(`${question} [${standard}] `);
      terminal.prompt();
      const { value, done } = await lines.next();
      if (done === true)
        throw new KitenError(
          'kiten/init-cancelled',
          'No site was created: not every question has an answer.',
        );
      const answer = (value as string).trim();
      return answer === '' ? standard : answer;
    });
  } finally {
    terminal.close();
  }
}

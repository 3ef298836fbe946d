import { type Command, InvalidArgumentError } from 'commander';
import { print } from './output.ts';

/** What was looked at, of what was learned: SHA-256, hexadecimal. */
export interface ProposalOption {
  readonly proposal?: string;
}

/** Binds what is done about what was learned to what somebody has seen of it. */
export function withProposal(command: Command): Command {
  return command.option(
    '--proposal <sha256>',
    'what was looked at, as `show` names it: if something else waits by now, that is refused',
    parseProposal,
  );
}

/** Names what waits, where something does, so that it can be given back. */
export function printProposal(proposal: string | undefined): void {
  if (proposal !== undefined) print(`  waits to be accepted: ${proposal}`);
}

function parseProposal(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It is 64 hexadecimal digits, as `show` says them.');
}

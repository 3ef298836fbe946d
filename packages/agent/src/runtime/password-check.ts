import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { passwordsFor } from './known-passwords.ts';
import { shaCrypt } from './sha-crypt.ts';

/** Whether one of some passwords has a hash; undefined if there is nothing to tell by. */
export type CryptCheck = (passwords: readonly string[], hashed: string) => Promise<boolean | undefined>;

/** The system's own crypt(3), by way of Perl: it reads the hash and passwords, one a line, and says whether one fits. */
const script =
  'my $h = <STDIN>; chomp $h; while (my $p = <STDIN>) { chomp $p; my $r = crypt($p, $h); if (defined $r && $r eq $h) { print "1"; exit } } print "0"';
const patience = 60_000;

/**
 * crypt(3) of the system, for what is not computed here: yescrypt, bcrypt. Nothing is told by arguments, which every
 * user of the device could read.
 *
 * @param program `perl`, which Debian and its like always have
 */
export const systemCrypt =
  (program = 'perl'): CryptCheck =>
  (passwords, hashed) =>
    new Promise((resolve) => {
      const child = spawn(program, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'], timeout: patience });
      let said = '';
      child.on('error', () => resolve(undefined));
      child.stdin.on('error', () => undefined);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text.slice(0, 1);
      });
      child.on('close', () => resolve(said === '' ? undefined : said.startsWith('1')));
      child.stdin.end(`${[hashed, ...passwords].join('\n')}\n`);
    });

/** Tells weak passwords, and remembers what it told as long as a hash stays the same. */
export class PasswordCheck {
  readonly #crypt: CryptCheck;
  readonly #known = new Map<string, boolean | undefined>();

  constructor(crypt: CryptCheck = systemCrypt()) {
    this.#crypt = crypt;
  }

  /** Whether everybody knows the password behind a hash; undefined if it is of a kind that cannot be told here. */
  async isKnown(account: string, hashed: string): Promise<boolean | undefined> {
    // Not the hash itself is kept: what the agent remembers is worth nothing to who reads it.
    const key = hash('sha256', `${account}\n${hashed}`);
    if (!this.#known.has(key)) this.#known.set(key, await this.#try(passwordsFor(account), hashed));
    return this.#known.get(key);
  }

  async #try(passwords: readonly string[], hashed: string): Promise<boolean | undefined> {
    if (shaCrypt('', hashed) === undefined) return this.#crypt(passwords, hashed);
    for (const password of passwords) {
      if (shaCrypt(password, hashed) === hashed) return true;
      // Each is some milliseconds of computing: the rest of the agent gets its turn in between.
      await new Promise(setImmediate);
    }
    return false;
  }
}

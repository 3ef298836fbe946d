import { fromHex } from '@kiten/codec';
import { cddlRefusal, cddlTokens, type Token } from './cddl-tokens.ts';
import {
  anything,
  arrayOf,
  compared,
  type Entry,
  type Fits,
  literal,
  mapOf,
  prelude,
  ranged,
  sized,
  tagged,
} from './cddl-types.ts';

const deepest = 32;
/** Rules looked at for one value: choices that begin alike could double them level by level. Beyond it nothing fits. */
const mostSteps = 1_000_000;
const comparisons = ['.lt', '.le', '.gt', '.ge', '.eq', '.ne'];

/**
 * Compiles CDDL (RFC 8610) to a check of CBOR values: the first rule is what a value has to be. A bounded part of it:
 * types by name, choices, literals, ranges, `.size` and comparisons, maps with optional and open keys, arrays with
 * occurrences, tags. Generics, sockets, group choices and unnamed groups are refused, and what is not known is.
 *
 * @throws KitenError `gateway/payload-cddl`
 */
export function compileCddl(text: string): Fits {
  return new Compiler(cddlTokens(text)).compile();
}

class Compiler {
  readonly #tokens: readonly Token[];
  readonly #rules = new Map<string, Fits>();
  /** Rules that a rule is by itself, and not within an array, map or tag: among these there is no way back. */
  readonly #aliases = new Map<string, ReadonlySet<string>>();
  readonly #named = new Set<string>();
  #at = 0;
  #steps = 0;
  #rule = '';
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  compile(): Fits {
    let first: Fits | undefined;
    while (this.#next.kind !== 'end') {
      const { text: name } = this.#take('name');
      if (this.#rules.has(name) || Object.hasOwn(prelude, name))
        throw cddlRefusal(`has the rule “${name}” twice`);
      if (name.startsWith('$')) throw cddlRefusal(`has the socket “${name}”; sockets are not known here`);
      this.#rule = name;
      this.#depth = 0;
      this.#sign('=');
      const type = this.#type();
      this.#rules.set(name, type);
      first ??= type;
    }
    if (first === undefined) throw cddlRefusal('has no rule');
    for (const name of this.#named)
      if (!this.#rules.has(name)) throw cddlRefusal(`names “${name}”, which there is not`);
    const done = new Set<string>();
    for (const name of this.#rules.keys()) this.#mustEnd(name, new Set(), done);
    const root = first;
    return (value) => {
      this.#steps = 0;
      return root(value);
    };
  }

  /** A rule that is itself by other names would never come to an end. */
  #mustEnd(name: string, above: ReadonlySet<string>, done: Set<string>): void {
    if (above.has(name)) throw cddlRefusal(`has the rule “${name}”, which is nothing but itself`);
    if (done.has(name)) return;
    for (const other of this.#aliases.get(name) ?? []) this.#mustEnd(other, new Set([...above, name]), done);
    done.add(name);
  }

  #type(): Fits {
    const choices = [this.#bounded()];
    while (this.#accept('/')) choices.push(this.#bounded());
    return choices.length === 1 ? (choices[0] as Fits) : (value) => choices.some((fits) => fits(value));
  }

  /** A type with a range or a control behind it. */
  #bounded(): Fits {
    const token = this.#next;
    const type = this.#simple();
    if (this.#next.text === '..' || this.#next.text === '...') {
      const isOpen = this.#take('sign').text === '...';
      const [least, most] = [numberOf(token), numberOf(this.#take('number'))];
      return ranged(least.value, most.value, isOpen, least.isFloat || most.isFloat);
    }
    if (this.#next.kind !== 'control') return type;
    const { text: operator } = this.#take('control');
    if (operator === '.size') return sized(type, ...this.#bounds());
    if (comparisons.includes(operator)) return compared(type, operator, numberOf(this.#take('number')).value);
    throw cddlRefusal(`has the control “${operator}”, which is not known here`);
  }

  #bounds(): [number, number] {
    const isBracketed = this.#accept('(');
    const least = sizeOf(this.#take('number'));
    if (!this.#accept('..')) {
      if (isBracketed) this.#sign(')');
      return [least, least];
    }
    const most = sizeOf(this.#take('number'));
    if (isBracketed) this.#sign(')');
    return [least, most];
  }

  #simple(): Fits {
    const token = this.#next;
    this.#at++;
    switch (token.kind) {
      case 'number': {
        const { value, isFloat } = numberOf(token);
        return literal(value, isFloat);
      }
      case 'text':
        return literal(textOf(token));
      case 'bytes':
        return literal(fromHex(token.text.slice(2, -1).toLowerCase()));
      case 'name':
        return this.#reference(token.text);
      default:
        return this.#composed(token);
    }
  }

  #composed({ text, at }: Token): Fits {
    switch (text) {
      case '(': {
        const type = this.#deeper(() => this.#type());
        this.#sign(')');
        return type;
      }
      case '{':
        return mapOf(this.#within(() => this.#entries('}', true)));
      case '[':
        return arrayOf(this.#within(() => this.#entries(']', false)));
      case '#6.': {
        const tag = sizeOf(this.#take('number'));
        this.#sign('(');
        const type = this.#within(() => this.#type());
        this.#sign(')');
        return tagged(tag, type);
      }
      case '#':
        return anything;
      default:
        throw cddlRefusal(`has “${text}” at character ${at}, which is not known here`);
    }
  }

  #reference(name: string): Fits {
    if (this.#next.text === '<') throw cddlRefusal(`has the generic “${name}”; generics are not known here`);
    const known = Object.hasOwn(prelude, name) ? prelude[name] : undefined;
    if (known !== undefined) return known;
    this.#named.add(name);
    if (this.#rule !== '')
      this.#aliases.set(this.#rule, new Set([...(this.#aliases.get(this.#rule) ?? []), name]));
    return (value) => ++this.#steps <= mostSteps && (this.#rules.get(name) as Fits)(value);
  }

  /** In an array, map or tag a rule may name itself: every value has an end. */
  #within<T>(read: () => T): T {
    const rule = this.#rule;
    this.#rule = '';
    const result = this.#deeper(read);
    this.#rule = rule;
    return result;
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > deepest) throw cddlRefusal(`is deeper than ${deepest} levels`);
    const result = read();
    this.#depth--;
    return result;
  }

  #entries(end: string, isMap: boolean): readonly Entry[] {
    const entries: Entry[] = [];
    while (!this.#accept(end)) {
      entries.push(this.#entry(isMap));
      this.#accept(',');
      if (this.#next.text === '//')
        throw cddlRefusal('has a choice between groups (//), which is not known here');
    }
    return entries;
  }

  #entry(isMap: boolean): Entry {
    const { least, most } = this.#occurrence();
    const bare = this.#tokens[this.#at + 1]?.text === ':' ? this.#next : undefined;
    if (bare !== undefined) {
      this.#at += 2;
      return { least, most, key: { literal: keyOf(bare) }, type: this.#type() };
    }
    const type = this.#bounded();
    if (this.#accept('=>')) return { least, most, key: { type }, type: this.#type() };
    if (isMap) throw cddlRefusal('has an entry of a map without a key');
    const others = [type];
    while (this.#accept('/')) others.push(this.#bounded());
    return { least, most, key: undefined, type: (value) => others.some((fits) => fits(value)) };
  }

  #occurrence(): { least: number; most: number } {
    if (this.#accept('?')) return { least: 0, most: 1 };
    if (this.#accept('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    const isCounted = this.#next.kind === 'number' && this.#tokens[this.#at + 1]?.text === '*';
    if (!isCounted && this.#next.text !== '*') return { least: 1, most: 1 };
    const least = isCounted ? sizeOf(this.#take('number')) : 0;
    const star = this.#take('sign');
    // `*` and a number are one word; a number after a space is a type.
    const next = this.#next;
    const most =
      next.kind === 'number' && next.at === star.at + 1
        ? sizeOf(this.#take('number'))
        : Number.POSITIVE_INFINITY;
    return { least, most };
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #accept(sign: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.text !== sign) return false;
    this.#at++;
    return true;
  }

  #sign(sign: string): void {
    if (!this.#accept(sign))
      throw cddlRefusal(`has “${this.#next.text}” at character ${this.#next.at} instead of “${sign}”`);
  }

  #take(kind: Token['kind']): Token {
    const token = this.#next;
    if (token.kind !== kind)
      throw cddlRefusal(`has “${token.text}” at character ${token.at} instead of a ${kind}`);
    this.#at++;
    return token;
  }
}

function numberOf({ kind, text }: Token): { value: number; isFloat: boolean } {
  if (kind !== 'number') throw cddlRefusal(`has a range from “${text}”, which is no number`);
  const value = text.startsWith('-0x') ? -Number(text.slice(1)) : Number(text);
  const isFloat = /^-?\d+(?:\.|e)/.test(text);
  if (!isFloat && !Number.isSafeInteger(value))
    throw cddlRefusal(`has the number ${text}, which is too large`);
  return { value, isFloat };
}

function sizeOf(token: Token): number {
  const { value, isFloat } = numberOf(token);
  if (isFloat || value < 0) throw cddlRefusal(`has ${token.text} where a count belongs`);
  return value;
}

function textOf({ text }: Token): string {
  return JSON.parse(text) as string;
}

function keyOf(token: Token): string | number {
  if (token.kind === 'name') return token.text;
  if (token.kind === 'text') return textOf(token);
  if (token.kind === 'number') return numberOf(token).value;
  throw cddlRefusal(`has “${token.text}” as a key, which is neither a name nor a number nor a text`);
}

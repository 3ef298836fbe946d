/** What messages of a topic say that channels are measured in, as long as they say one thing. */
export class FoundUnits {
  /** '' of a channel that was said to be in several. */
  readonly #said: Map<string, string>;

  constructor(kept: Iterable<readonly [field: string, unit: string]> = []) {
    this.#said = new Map(kept);
  }

  get kept(): readonly (readonly [field: string, unit: string])[] {
    return [...this.#said];
  }

  take(units: ReadonlyMap<string, string>): void {
    for (const [field, unit] of units) {
      const before = this.#said.get(field);
      if (before !== unit) this.#said.set(field, before === undefined ? unit : '');
    }
  }

  /** Of each channel; '' where nobody says, or several things. */
  of(fields: readonly string[]): readonly string[] {
    return fields.map((field) => this.#said.get(field) ?? '');
  }

  /** What is said from now on counts, and for channels that there are. */
  renew(isThere: (field: string) => boolean): void {
    for (const [field, unit] of this.#said) if (unit === '' || !isThere(field)) this.#said.delete(field);
  }
}

/** What would declare them: the units that all sources of a declaration say of the same channels. */
export function unitsInCommon(
  sources: readonly { readonly fields: readonly string[]; readonly units: readonly string[] }[],
): Readonly<Record<string, string>> | undefined {
  const [first, ...others] = sources;
  const isCommon = (field: string, unit: string): boolean =>
    unit !== '' && others.every(({ fields, units }) => units[fields.indexOf(field)] === unit);
  const common = first?.fields
    .map((field, at): [string, string] => [field, first.units[at] ?? ''])
    .filter((each) => isCommon(...each));
  return common === undefined || common.length === 0 ? undefined : Object.fromEntries(common);
}

/** One error as TypeBox reports it. */
export interface ValidationError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** The first thing that is wrong with a value: the key, dotted, and what it should have been. */
export function explainInvalid(errors: readonly ValidationError[]): { key: string; problem: string } {
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties');
  if (unknown !== undefined) {
    const [name] = (unknown.params as { additionalProperties: string[] }).additionalProperties;
    return { key: dotted(`${unknown.instancePath}/${name}`), problem: 'is not a known key' };
  }
  const choice = errors.find(({ keyword }) => keyword === 'enum');
  if (choice !== undefined) {
    const { allowedValues } = choice.params as { allowedValues: unknown[] };
    return {
      key: dotted(choice.instancePath),
      problem: `must be one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}`,
    };
  }
  const missing = errors.find(({ keyword }) => keyword === 'required');
  if (missing !== undefined) {
    const [name] = (missing.params as { requiredProperties: string[] }).requiredProperties;
    return { key: dotted(`${missing.instancePath}/${name}`), problem: 'is missing' };
  }
  const [first] = errors;
  return { key: dotted(first?.instancePath ?? ''), problem: first?.message ?? 'is not valid' };
}

function dotted(pointer: string): string {
  return pointer.split('/').filter(Boolean).join('.') || '(top level)';
}

// Proving invariants and checking the certificate, from the same JSON. As a program: either of them once, in a process
// that has done nothing before; reads `{ given, certificate }` from its input and prints the CPU seconds of the work.
import { readFileSync } from 'node:fs';
import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { checkPolicyCertificate } from '@kiten/checker/policy';
import { fromBase64, parseJsonStrict } from '@kiten/codec';
import { compilePolicies, PolicyProver, type PolicySetJson } from '@kiten/policy';
import { readSchemaModel } from '@kiten/policy/cedar';
import { cpuSeconds } from '../figure.ts';

/** Each as exact JSON. */
export type Given = Readonly<Record<'policies' | 'schema' | 'invariants', string>>;

/** As `kiten policy prove` does it with the files that the checker is given. */
export function readAndProve({ policies, schema, invariants }: Given): Uint8Array {
  const read = (text: string): unknown =>
    parseJsonStrict(text, { bigIntegers: true, maxBytes: 1 << 28, maxDepth: 1024 });
  const set = compilePolicies(read(policies) as PolicySetJson);
  const prover = new PolicyProver(readSchemaModel(read(schema) as SchemaJson<string>));
  const { certificate } = prover.prove(set, compilePolicies(read(invariants) as PolicySetJson));
  if (certificate === undefined) throw new Error('Nothing is proved.');
  return certificate;
}

export function readAndCheck(given: Given, certificate: Uint8Array): void {
  const report = checkPolicyCertificate({ certificate, ...given });
  if (!report.holds || report.unproven.length > 0) throw new Error(JSON.stringify(report));
}

if (import.meta.main) {
  const { given, certificate } = JSON.parse(readFileSync(0, 'utf8')) as { given: Given; certificate: string };
  const bytes = fromBase64(certificate);
  const work = process.argv[2] === 'check' ? () => readAndCheck(given, bytes) : () => readAndProve(given);
  process.stdout.write(String(await cpuSeconds(work)));
}

import { apiDocument } from './api.ts';
import { commandLineDocument } from './command-line.ts';
import { configurationDocument } from './configuration.ts';
import { conformanceDocument } from './conformance.ts';
import { errorsDocument } from './errors.ts';
import { findingsDocument } from './findings.ts';
import { verdictRulesDocument } from './verdict-rules.ts';

/** A document that is generated, and where it lies below the repository's root. */
export interface GeneratedDocument {
  readonly path: string;
  readonly text: string;
}

/** What the documents should say at present. */
export async function generatedDocuments(): Promise<readonly GeneratedDocument[]> {
  return [
    { path: 'docs/findings.md', text: findingsDocument() },
    { path: 'docs/verdict-rules.md', text: verdictRulesDocument() },
    { path: 'docs/cli.md', text: await commandLineDocument() },
    { path: 'docs/api.md', text: await apiDocument() },
    { path: 'docs/configuration.md', text: configurationDocument() },
    { path: 'docs/errors.md', text: await errorsDocument() },
    { path: 'docs/mqtt-conformance.md', text: await conformanceDocument() },
  ];
}

import { parseTrust } from '@kiten/checker';
import { toBase64, toHex } from '@kiten/codec';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { type LogProof, logApi } from '../../api/log.ts';
import { proofApi } from '../../api/proof.ts';
import { Command } from '../../components/command.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { judgeSignatures, readCheckpoint } from '../../proof/checkpoint.ts';
import { isIncluded, leafHashOf } from '../../proof/inclusion.ts';
import { sha256 } from '../../proof/web-cryptography.ts';
import { showSearch } from '../../state/navigation.ts';
import { words } from './words.ts';

const form = /^(\d{1,15}|(sha256:)?[0-9a-f]{64})$/i;

/** Asks for the proof that something is in the log, and checks it here. */
export function Prove({ of }: { of: string }) {
  const [wrong, setWrong] = useState(false);
  function submit(event: TargetedSubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('of') ?? '').trim();
    setWrong(!form.test(text));
    if (form.test(text)) showSearch({ of: text });
  }
  return (
    <section class="panel prove" aria-labelledby="prove-title">
      <h2 id="prove-title">{words.say('prove-title')}</h2>
      <form onSubmit={submit} noValidate>
        <label for="prove-of">{words.say('prove-label')}</label>
        <div class="sign-in-row">
          <input
            id="prove-of"
            name="of"
            type="text"
            key={of}
            defaultValue={of}
            autocomplete="off"
            spellcheck={false}
            aria-invalid={wrong}
            aria-describedby={wrong ? 'prove-wrong' : undefined}
          />
          <button type="submit" class="primary">
            {words.say('prove-submit')}
          </button>
        </div>
        {wrong && (
          <p id="prove-wrong" class="field-problem" role="alert">
            {words.say('prove-malformed')}
          </p>
        )}
      </form>
      {form.test(of) && <Proven key={of} of={of} />}
    </section>
  );
}

interface Judged {
  readonly proof: LogProof;
  readonly size: number;
  readonly leaf: string;
  readonly isAsked: boolean;
  readonly isIncluded: boolean;
  readonly isSigned: boolean;
}

async function judge(of: string): Promise<Judged> {
  const [proof, trustFile] = await Promise.all([logApi.proof(of), proofApi.trustFile()]);
  const { entry, index, path, foundBy } = proof;
  const checkpoint = readCheckpoint(proof.checkpoint);
  const [leaf, digest] = [toHex(await leafHashOf(entry)), toHex(await sha256(entry))];
  const wanted = of.replace(/^sha256:/, '').toLowerCase();
  const signatures =
    checkpoint === undefined
      ? []
      : await judgeSignatures(
          checkpoint,
          parseTrust(trustFile).logs.flatMap((log) => log.keys),
        );
  return {
    ...{ proof, leaf, size: checkpoint?.size ?? 0 },
    isAsked:
      [String(index), leaf, digest].includes(wanted) || (foundBy === 'evidence' && names(entry, wanted)),
    isIncluded: checkpoint !== undefined && (await isIncluded(entry, index, path, checkpoint)),
    isSigned: signatures.some(({ name, outcome }) => name === checkpoint?.origin && outcome === 'holds'),
  };
}

/** Whether the bytes of an entry name a digest. */
const names = (entry: Uint8Array, digest: string): boolean => toHex(entry).includes(digest);

function Proven({ of }: { of: string }) {
  const { value: judged, problem } = useAnswer(() => judge(of), [of]);
  if (problem !== undefined) return <ProblemNote problem={problem} />;
  if (judged === undefined) return null;
  const { proof, size, leaf, isAsked, isIncluded: isIn, isSigned } = judged;
  const { index, path, foundBy, read } = proof;
  const isProven = isAsked && isIn && isSigned;
  return (
    <div class="proven" aria-live="polite">
      <p class="check-outcome" data-tier={isProven ? 'affirming' : 'contraindicated'}>
        <Mark tier={isProven ? 'affirming' : 'contraindicated'} />
        <span>
          {words.say(isProven ? 'proof-holds' : 'proof-fails', { index: `${index}`, size: `${size}` })}
        </span>
      </p>
      <ol class="stages">
        <Step held={isAsked}>
          {words.say('step-asked')}: {words.say(`found-${foundBy}`)}
        </Step>
        <Step held>
          {words.say('step-leaf')}: <code>{leaf}</code>
        </Step>
        <Step held={isIn}>{words.say('step-path', { count: String(path.length) })}</Step>
        <Step held={isSigned}>{words.say('step-signature')}</Step>
      </ol>
      <h3>{words.say('entry-title')}</h3>
      <dl class="facts entry-facts">
        {Object.entries({ ...read, ...read.data, data: undefined, at: new Date(read.at).toISOString() })
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([name, value]) => (
            <Fact key={name} name={name} value={String(value)} />
          ))}
      </dl>
      <p>
        <CopyButton label={words.say('copy-proof')} text={() => proofJson(proof)} />
      </p>
      <p class="soft">{words.say('command-lead')}</p>
      <Command text={`kiten log prove ${index}`} />
    </div>
  );
}

function proofJson({ entry, path, ...rest }: LogProof): string {
  return JSON.stringify({ ...rest, entry: toBase64(entry), path: path.map(toHex) }, null, 2);
}

function Step({ held, children }: { held: boolean; children: ComponentChildren }) {
  return (
    <li data-outcome={held ? 'held' : 'failed'}>
      <Mark tier={held ? 'affirming' : 'contraindicated'} />
      <span>{children}</span>
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

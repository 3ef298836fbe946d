import type { Finding } from '../../api/types.ts';
import { Command } from '../../components/command.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { saveFile } from '../../components/save-file.ts';
import { plainJson } from '../../proof/report-json.ts';
import type { ClaimName } from '../../trust/claims.ts';
import type { Proof } from './use-checked.ts';
import { words } from './words.ts';

/** The answer for elsewhere: as JSON, as files, and as commands that come to the same result. */
export function TakeAlong({
  device,
  claim,
  value,
  findings,
  proof: { checked, trustFile },
}: {
  device: string;
  claim: ClaimName;
  value: number;
  findings: readonly Finding[];
  proof: Proof;
}) {
  const commands = [
    `kiten verdict export ${device} --out ${device}.verdict`,
    'kiten verdict trust --out site.trust.json',
    `kiten verdict check ${device}.verdict --trust site.trust.json`,
  ];
  const json = () =>
    JSON.stringify(plainJson({ device, claim, value, findings, check: checked.report }), null, 2);
  return (
    <section class="panel take-along" aria-labelledby="copy-title">
      <h2 id="copy-title">{words.say('copy-title')}</h2>
      <p class="take-buttons">
        <CopyButton label={words.say('copy-json')} text={json} />
        <SaveButton
          label={words.say('copy-bundle')}
          file={`${device}.verdict`}
          type="application/vnd.kiten.verdict+cbor"
          content={() => new Uint8Array(checked.bundle)}
        />
        <SaveButton
          label={words.say('copy-trust')}
          file="site.trust.json"
          type="application/json"
          content={() => trustFile}
        />
      </p>
      <p class="soft">{words.say('copy-lead')}</p>
      {commands.map((command) => (
        <Command key={command} text={command} />
      ))}
      <p>
        <CopyButton label={words.say('copy-command')} text={() => commands.join('\n')} />
      </p>
    </section>
  );
}

function SaveButton({
  label,
  file,
  type,
  content,
}: {
  label: string;
  file: string;
  type: string;
  content: () => BlobPart;
}) {
  return (
    <button type="button" onClick={() => saveFile(file, type, content())}>
      {label}
    </button>
  );
}

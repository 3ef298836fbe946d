import { type Certificate, deviceApi } from '../../api/device.ts';
import type { DeviceDetail } from '../../api/types.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

/** What the device proves itself with, and where that key is known to be kept. */
export function DeviceKeys({ device }: { device: DeviceDetail }) {
  const { id, epoch, standing, standingAt } = device;
  const { value: certificates, problem } = useAnswer(
    () => deviceApi.certificates(id),
    [id, epoch, standing, standingAt],
  );
  const [newest, ...earlier] = certificates ?? [];
  return (
    <section class="panel keys" aria-labelledby="keys-title">
      <h2 id="keys-title">{words.say('keys-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {certificates?.length === 0 && <p class="soft">{words.say('keys-none')}</p>}
      {newest !== undefined && (
        <dl class="stacked">
          <dt>{words.say('keys-name')}</dt>
          <dd>
            {newest.subjects.map((subject) => (
              <code key={subject}>{subject}</code>
            ))}
          </dd>
          <dt>{words.say('keys-serial')}</dt>
          <dd>
            <code>{newest.serial}</code>
            <Validity certificate={newest} />
          </dd>
          <dt>{words.say('keys-key')}</dt>
          <dd>
            {newest.key} <code>sha256:{newest.keyDigest}</code>
          </dd>
          <dt>{words.say('keys-issued')}</dt>
          <dd>
            <Filled
              template={words.template('keys-proven')}
              parts={{ time: <Time at={newest.issuedAt} />, method: newest.provenBy }}
            />
          </dd>
          <dt>{words.say('keys-storage')}</dt>
          <dd>
            <Storage device={device} />
          </dd>
        </dl>
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{words.say('keys-earlier', { count: String(earlier.length) })}</summary>
          <ul class="earlier-keys">
            {earlier.map((certificate) => (
              <li key={certificate.serial}>
                <code>{certificate.serial}</code>
                <Validity certificate={certificate} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Validity({ certificate: { notAfter, revokedAt } }: { certificate: Certificate }) {
  const word =
    revokedAt !== undefined ? 'keys-revoked' : notAfter < Date.now() ? 'keys-expired' : 'keys-until';
  return (
    <span class="validity" data-validity={word}>
      <Filled template={words.template(word)} parts={{ time: <Time at={revokedAt ?? notAfter} /> }} />
    </span>
  );
}

/** What findings on storage-opaque say. */
function Storage({ device }: { device: DeviceDetail }) {
  const found = device.findings.filter(({ claim }) => claim === 'storage-opaque');
  if (found.length === 0) return <span class="soft">{words.say('keys-storage-unknown')}</span>;
  return <>{found.map(({ sentence }) => sentence[language.value].found).join(' ')}</>;
}

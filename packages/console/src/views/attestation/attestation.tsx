import { attestationApi, type Reference, type ReferenceKey, type Vendor } from '../../api/attestation.ts';
import { Command } from '../../components/command.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { words } from './words.ts';

/** What devices with a TPM are held against: reference values, vendors of TPMs, and whose signatures count. */
export function AttestationView() {
  const references = useAnswer(attestationApi.references, []);
  const vendors = useAnswer(attestationApi.vendors, []);
  const keys = useAnswer(attestationApi.keys, []);
  const problem = references.problem ?? vendors.problem ?? keys.problem;
  return (
    <div class="settings">
      <ViewHeading>{words.say('title')}</ViewHeading>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {references.value !== undefined && <References references={references.value} />}
      {vendors.value !== undefined && <Vendors vendors={vendors.value} />}
      {keys.value !== undefined && <Keys keys={keys.value} />}
    </div>
  );
}

function References({ references }: { references: readonly Reference[] }) {
  return (
    <section class="panel" aria-labelledby="references-title">
      <h2 id="references-title">{words.say('references')}</h2>
      <p class="soft">{words.say('references-lead')}</p>
      {references.length === 0 && <p>{words.say('references-none')}</p>}
      {references.length > 0 && (
        <ScrollRegion label={words.say('references')}>
          <table class="plain-table">
            <thead>
              <tr>
                <th scope="col">{words.say('image')}</th>
                <th scope="col">{words.say('targets')}</th>
                <th scope="col" class="number">
                  {words.say('states')}
                </th>
                <th scope="col" class="number">
                  {words.say('files')}
                </th>
                <th scope="col">{words.say('signed-by')}</th>
                <th scope="col">{words.say('added')}</th>
              </tr>
            </thead>
            <tbody>
              {references.map((reference) => (
                <Row key={reference.digest} reference={reference} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <p class="soft">{words.say('references-how')}</p>
      <Command text="kiten attest learn --device ID --vendor Acme --model 'pump 1.0' --out image.corim" />
      <Command text='kiten attest reference add image.corim --to group:NAME --reason "release 1.0" --dry-run' />
    </section>
  );
}

function Row({ reference }: { reference: Reference }) {
  const { name, digest, targets, states, files, signedBy, issuer, addedAt, validUntil } = reference;
  return (
    <tr>
      <th scope="row">
        {name}
        <code class="block">{digest.slice(0, 23)}…</code>
      </th>
      <td>{targets.length === 0 ? words.say('targets-none') : targets.join(', ')}</td>
      <td class="number">{states}</td>
      <td class="number">{files}</td>
      <td>
        {signedBy === undefined ? words.say('unsigned') : [signedBy, issuer].filter(Boolean).join(' · ')}
      </td>
      <td>
        <Time at={addedAt} />
        {validUntil !== undefined && (
          <span class="soft block">
            {words.say('until')} <Time at={validUntil} />
          </span>
        )}
      </td>
    </tr>
  );
}

const soon = 90 * 86_400_000;

function Vendors({ vendors }: { vendors: readonly Vendor[] }) {
  const now = Date.now();
  const tierOf = (notAfter: number) =>
    notAfter < now ? 'contraindicated' : notAfter < now + soon ? 'warning' : 'affirming';
  return (
    <section class="panel" aria-labelledby="vendors-title">
      <h2 id="vendors-title">{words.say('vendors')}</h2>
      <p class="soft">{words.say('vendors-lead')}</p>
      {vendors.length === 0 && <p>{words.say('vendors-none')}</p>}
      <dl class="stacked">
        {vendors.map(({ fingerprint, name, subject, notAfter, target }) => (
          <div key={fingerprint}>
            <dt>
              {name} · {target}
            </dt>
            <dd>
              <Mark tier={tierOf(notAfter)} /> {subject}, {words.say('until')} <Time at={notAfter} />
              <code>{fingerprint}</code>
            </dd>
          </div>
        ))}
      </dl>
      <Command text="kiten attest vendor add NAME --root root.pem" />
    </section>
  );
}

function Keys({ keys }: { keys: readonly ReferenceKey[] }) {
  return (
    <section class="panel" aria-labelledby="reference-keys-title">
      <h2 id="reference-keys-title">{words.say('keys')}</h2>
      <p class="soft">{words.say(keys.length === 0 ? 'keys-none' : 'keys-lead')}</p>
      <dl class="stacked">
        {keys.map(({ name, key, addedAt }) => (
          <div key={name}>
            <dt>
              {name} · <Time at={addedAt} />
            </dt>
            <dd>
              <code>{key}</code>
            </dd>
          </div>
        ))}
      </dl>
      <Command text='kiten attest reference key add NAME --key signer.pub.pem --reason "contract 17"' />
    </section>
  );
}

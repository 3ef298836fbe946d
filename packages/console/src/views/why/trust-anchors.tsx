import { toHex } from '@kiten/codec';
import type { Checked } from '../../proof/check-bundle.ts';
import { roleName } from './names.ts';
import type { OwnTrust } from './use-checked.ts';
import { words } from './words.ts';

const HOUR = 3_600_000;

/** The keys and rules that the check went by, and where they come from. */
export function TrustAnchors({
  checked: { trust, report, rootIds },
  own,
  choose,
}: {
  checked: Checked;
  own: OwnTrust | undefined;
  choose: (own: OwnTrust | undefined) => void;
}) {
  const cosigned = report.holds ? report.checkpoint.witnesses : [];
  return (
    <section class="panel anchors" aria-labelledby="anchors-title">
      <h2 id="anchors-title">{words.say('anchors-title')}</h2>
      <p>{own === undefined ? words.say('anchors-site') : words.say('anchors-own', { file: own.file })}</p>
      <dl class="anchor-list">
        {trust.roots.map(({ name, role }, index) => (
          <Anchor
            key={`${name} ${role}`}
            kind={words.say('anchors-root')}
            name={words.say('anchors-root-of', { name, role: roleName(role) })}
            digest={toHex(rootIds[index] ?? new Uint8Array(0))}
          />
        ))}
        {trust.logs.flatMap(({ origin, keys }) =>
          keys.map(({ id }) => (
            <Anchor key={origin} kind={words.say('anchors-log')} name={origin} digest={toHex(id)} />
          )),
        )}
        {trust.rules.map(({ digest }) => (
          <Anchor key={toHex(digest)} kind={words.say('anchors-rules')} digest={toHex(digest)} />
        ))}
        {trust.witnesses.map(({ name, id }) => (
          <Anchor
            key={`${name} ${toHex(id)}`}
            kind={words.say('anchors-witness')}
            name={cosigned.includes(name) ? `${name} · ${words.say('anchors-cosigned')}` : name}
            digest={toHex(id)}
          />
        ))}
      </dl>
      <p class="soft">
        {trust.threshold === 0
          ? words.say('anchors-witnesses-none')
          : words.say('anchors-witnesses', { threshold: String(trust.threshold) })}{' '}
        {words.say('anchors-age', { hours: String(Math.round(trust.maximumAge / HOUR)) })}
      </p>
      <p class="anchor-choice">
        <label class="file-button">
          {words.say('anchors-choose')}
          <input
            type="file"
            accept=".json,application/json"
            onChange={async ({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file !== undefined) choose({ file: file.name, text: await file.text() });
            }}
          />
        </label>
        {own !== undefined && (
          <button type="button" class="quiet" onClick={() => choose(undefined)}>
            {words.say('anchors-back')}
          </button>
        )}
      </p>
    </section>
  );
}

function Anchor({ kind, name, digest }: { kind: string; name?: string; digest: string }) {
  return (
    <>
      <dt>{kind}</dt>
      <dd>
        {name !== undefined && <span class="anchor-name">{name}</span>} <code title={digest}>{digest}</code>
      </dd>
    </>
  );
}

import { signed } from '../components/signed.ts';
import { Status } from '../components/status.tsx';
import { say } from '../i18n/language.ts';
import { claimNames, type TrustVector } from '../trust/claims.ts';
import { tierOf } from '../trust/tiers.ts';

/** The eight claims under their standard names, each with the question it answers. */
export function DeviceVector({ vector }: { vector: TrustVector }) {
  return (
    <section class="panel" aria-labelledby="vector-title">
      <h2 id="vector-title">{say('device.vector')}</h2>
      <table class="vector">
        <caption class="unseen">{say('device.vector-caption')}</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">{say('device.claim')}</th>
            <th scope="col">{say('device.tier')}</th>
            <th scope="col">{say('device.value')}</th>
          </tr>
        </thead>
        <tbody>
          {claimNames.map((name) => (
            <tr key={name} data-tier={tierOf(vector[name])}>
              <th scope="row">
                <span class="claim-name">{name}</span>
                <span class="question">{say(`question.${name}`)}</span>
              </th>
              <td>
                <Status tier={tierOf(vector[name])} />
              </td>
              <td class="number">{signed(vector[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

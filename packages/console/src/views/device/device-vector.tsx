import { signed } from '../../components/signed.ts';
import { Status } from '../../components/status.tsx';
import { say } from '../../i18n/language.ts';
import { whyAddress } from '../../route.ts';
import { claimNames, type TrustVector } from '../../trust/claims.ts';
import { tierOf } from '../../trust/tiers.ts';

/** The eight claims under their standard names, each with the question it answers. */
export function DeviceVector({ device, vector }: { device: string; vector: TrustVector }) {
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
            <th scope="col">{say('device.why')}</th>
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
              <td>
                <a href={whyAddress(device, name)} aria-label={say('device.why-claim', { claim: name })}>
                  {say('device.why')}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

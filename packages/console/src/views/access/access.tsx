import { ViewHeading } from '../../components/heading.tsx';
import { ApiTokenSettings } from './api-tokens.tsx';
import { OperatorSettings } from './operators.tsx';
import { PasskeySettings } from './passkeys.tsx';
import { RecoveryCodeSettings } from './recovery-codes.tsx';
import { SessionSettings } from './sessions.tsx';
import { words } from './words.ts';

/** How one signs in oneself, and who else may. */
export function AccessView() {
  return (
    <div class="access">
      <ViewHeading>{words.say('title')}</ViewHeading>
      <PasskeySettings />
      <RecoveryCodeSettings />
      <SessionSettings />
      <ApiTokenSettings />
      <OperatorSettings />
    </div>
  );
}

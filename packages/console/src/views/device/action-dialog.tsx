import { api, type Verb } from '../../api/client.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { say } from '../../i18n/language.ts';
import { session } from '../../state/session.ts';
import { devicesTold } from '../../state/site.ts';

export type Action =
  | { readonly kind: Verb }
  | { readonly kind: 'clear'; readonly code: string; readonly part?: string | undefined };

/** Asks for a reason, asks the site, and shows the outcome only when the site has given it. */
export function ActionDialog({
  device,
  action,
  onClose,
}: {
  device: string;
  action: Action;
  onClose: () => void;
}) {
  const { kind } = action;
  const parts = {
    device: kind === 'clear' ? (action.part ?? device) : device,
    code: kind === 'clear' ? action.code : '',
  };
  const viewer = session.value.state === 'signed-in' && session.value.operator.role === 'viewer';

  async function ask(reason: string): Promise<string> {
    const answer = await (action.kind === 'clear'
      ? api.clear(device, action.code, action.part ?? `device:${device}`, reason)
      : api.act(action.kind, device, reason));
    if ('approval' in answer) return say('done.waiting');
    devicesTold([answer]);
    return say(`done.${kind}`, parts);
  }

  return (
    <ReasonDialog
      title={say(`act.${kind}-title`, parts)}
      effect={`${say(`act.${kind}-effect`, parts)}${viewer ? ` ${say('act.viewer')}` : ''}`}
      submit={say(`act.${kind}`)}
      grave={kind === 'revoke'}
      ask={ask}
      onClose={onClose}
    />
  );
}

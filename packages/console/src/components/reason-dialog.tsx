import type { ComponentChildren } from 'preact';
import { ConfirmDialog } from './confirm-dialog.tsx';

export interface ReasonDialogProps {
  readonly title: string;
  readonly effect: ComponentChildren;
  readonly submit: string;
  readonly grave?: boolean;
  /** Asks the site. @returns what has been done, in words, once the site has confirmed it */
  readonly ask: (reason: string) => Promise<string>;
  readonly onClose: () => void;
}

/** Asks for a reason, asks the site, and closes only when the site has confirmed. */
export function ReasonDialog({ ask, onClose, ...shown }: ReasonDialogProps) {
  return (
    <ConfirmDialog
      {...shown}
      reason
      act={(form) => ask(String(form.get('reason')).trim())}
      onClose={() => onClose()}
    />
  );
}

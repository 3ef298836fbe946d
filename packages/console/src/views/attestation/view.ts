import type { View } from '../view.ts';

export const attestationView: View = {
  path: '/attestation',
  title: { en: 'Attestation', ja: '構成証明' },
  place: 65,
  load: async () => (await import('./attestation.tsx')).AttestationView,
};

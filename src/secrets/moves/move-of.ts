import type { SecretUpdate } from '../secrets.repository.js';
import type { Moving } from './move-queries.js';
import type { MoveRules } from './moved-secrets.repository.js';

/** Returns the update that moves a secret, with all that is sealed for it sealed anew. */
export async function moveOf(
  { current, newKey }: Moving,
  { reseal }: Pick<MoveRules, 'reseal'>,
): Promise<SecretUpdate> {
  return { kind: 'update', newKey, ...(await reseal(current, newKey)) };
}

import { SealingAdministration } from '../../../audit-trail/sealing/sealing-administration.service.js';
import { SealingModule } from '../../../audit-trail/sealing/sealing.module.js';
import { checkedReason } from '../../../common/reason.js';
import { CommandError } from '../../command-error.js';
import type { Call } from '../../commands/command-spec.js';
import { done, type Output } from '../../output/output.js';
import { withServices } from '../../with-services.js';
import { requireConfirmation } from '../confirmed.js';

interface EpochOptions {
  readonly reason: string;
  readonly yes?: true;
}

/** Begins a new epoch of the audit trail. */
export async function beginEpoch({ io, options }: Call<[], EpochOptions>): Promise<Output> {
  const reason = checkedReason(options.reason);
  if ('problem' in reason) throw new CommandError(`--reason ${reason.problem}`, 'usage');
  if (reason.text === '') throw new CommandError('--reason must say why', 'usage');
  await requireConfirmation(io, 'Begin a new epoch of all logs of the audit trail?', options);
  return withServices(
    io,
    async (services, caller) => {
      const epoch = await services.get(SealingAdministration).beginEpoch(reason.text, caller);
      return done(`Epoch ${epoch} of the audit trail begins, for each log with its next event`, { epoch }, [
        'The logs have new verifier keys from now on: give them to your auditors',
      ]);
    },
    [SealingModule],
  );
}

/** Replaces the key that signs the audit trail. */
export async function rotateSigning({ io, options }: Call<[], { yes?: true }>): Promise<Output> {
  await requireConfirmation(
    io,
    'Replace the key that signs the audit trail, and erase the old one?',
    options,
  );
  return withServices(
    io,
    async (services, caller) => {
      const key = await services.get(SealingAdministration).rotateKey(caller);
      return done(`Key ${key} signs the audit trail from now on`, { signing_key: key }, [
        'The logs have further verifier keys from now on: give them to your auditors',
      ]);
    },
    [SealingModule],
  );
}

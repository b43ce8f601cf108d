import { Refusal } from '../../audit/refusal.js';
import { BadParameters } from '../../common/errors.js';

/** Returns the one log; a refusal where tenants of several logs had the name that was given. */
export function oneLog(logIds: readonly string[] | null): string | Refusal {
  const [logId, ...others] = logIds ?? [];
  if (logId !== undefined && others.length === 0) return logId;
  return new Refusal(
    'refused',
    new BadParameters(
      'Several tenants have had that name, each with a log of its own: give the id of one as `log`. Their checkpoints, listed ' +
        'by the name, show the ids in their origins',
    ),
  );
}

import { Refusal } from '../../audit/refusal.js';
import { EPOCH_OF_KEPT } from '../reading/epoch-of-kept.js';

/** Refuses a checkpoint that is not there: the last one of a log where no epoch was asked for. */
export function noCheckpoint(asked: {
  readonly epoch: number | undefined;
  readonly size: number | undefined;
}): Refusal {
  const { epoch, size } = asked;
  return Refusal.notFound(
    epoch === undefined
      ? 'The log has no checkpoint yet: events are sealed about a second after they were recorded, so ask again then'
      : `The log keeps no checkpoint ${size === undefined ? '' : 'of that size '}in epoch ${epoch}: take one that the list of its ` +
          `checkpoints has, or the last one. ${EPOCH_OF_KEPT}`,
  );
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { numberPending, type Sequence } from '../../database/sequencer/sequence.js';
import type { Job, JobResult } from '../../jobs/job.js';

const MOST = 2_000;

/** Numbers changes that nobody has asked for yet. */
const SECRET_CHANGES: Sequence = {
  name: 'sequence_secret_changes',
  text: 'SELECT sequence_secret_changes($1, false) AS numbered',
};

/** Lists what else a run does, each up to $1 rows. */
const UPKEEP: readonly Sequence[] = [
  { name: 'note_expired_secrets', text: 'SELECT note_expired_secrets($1) AS numbered' },
  { name: 'sweep_secret_changes', text: 'SELECT sweep_secret_changes($1) AS numbered' },
];

/** Looks after the feed of changes while nobody reads it: numbers changes, notes what expired, deletes what is old. */
@Injectable()
export class ChangeFeedJob implements Job {
  readonly name = 'secret changes';
  readonly intervalMilliseconds = 60_000;

  async run(manager: EntityManager): Promise<JobResult> {
    let isMore = false;
    for (const step of [...UPKEEP, SECRET_CHANGES])
      isMore = (await numberPending(manager, step, MOST)) || isMore;
    return isMore ? 'more' : 'done';
  }
}

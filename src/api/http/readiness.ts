import { Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../../database/readiness/database-health.js';
import { databaseProblem } from '../../database/readiness/database-problem.js';
import { Drain } from './drain.js';

/** Describes what has to be in order for requests. */
export interface ReadyParts {
  /** False while the process shuts down. */
  readonly service: boolean;
  /** True if the database can serve requests. */
  readonly database: boolean;
}

/** Tells whether requests should be sent to this process. Every route that is asked this answers from here. */
@Injectable()
export class Readiness {
  constructor(
    private readonly database: DatabaseHealth,
    private readonly drain: Drain,
  ) {}

  async isReady(): Promise<boolean> {
    const { service, database } = await this.parts();
    return service && database;
  }

  /**
   * Returns one sentence that says why requests should not be sent here, as the log says it; undefined if they should.
   * It is for operators: strangers learn only that the process is not ready.
   */
  async reason(): Promise<string | undefined> {
    const problem = await databaseProblem(this.database);
    return this.drain.stopping ?? problem;
  }

  /** Looks for a shutdown after the database was asked: it may begin in between. */
  async parts(): Promise<ReadyParts> {
    const database = await this.database.isReady();
    return { service: !this.drain.isDraining, database };
  }
}

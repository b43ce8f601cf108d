import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Drain } from '../api/http/drain.js';
import { Readiness } from './readiness.js';

const TIMEOUT_MS = 1_000;

/** Ready while the database answers and the service is not on its way out. */
@Injectable()
export class DatabaseReadiness extends Readiness {
  private question: Promise<boolean> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly drain: Drain,
  ) {
    super();
  }

  override async isReady(): Promise<boolean> {
    if (this.drain.isDraining) return false;
    // One question at a time: probes of a database that hangs must not use up its connections.
    this.question ??= this.ask().finally(() => (this.question = undefined));
    const answered = await within(TIMEOUT_MS, this.question);
    return answered && !this.drain.isDraining;
  }

  private async ask(): Promise<boolean> {
    try {
      await this.dataSource.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

async function within(milliseconds: number, question: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([question, patience]);
  } finally {
    clearTimeout(timer);
  }
}

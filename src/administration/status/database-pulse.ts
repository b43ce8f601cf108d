import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Whether the database answers. One question at a time, however many ask. */
@Injectable()
export class DatabasePulse {
  private question: Promise<boolean> | undefined;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  isAlive(): Promise<boolean> {
    this.question ??= this.ask().finally(() => (this.question = undefined));
    return this.question;
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

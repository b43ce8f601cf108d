import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { namedQuery } from '../database/named-query.js';
import { errorFields } from '../observability/error-fields.js';
import { Logger } from '../observability/logger.js';

const INTERVAL_MS = 60_000;
const MAX_ENTRIES = 10_000;

/** Keeps users' login times, at most once a minute for each and off the request's path. */
@Injectable()
export class LoginTimes {
  private readonly noted = new Map<string, number>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  note(userId: string): void {
    const now = Date.now();
    if (now - (this.noted.get(userId) ?? 0) < INTERVAL_MS) return;
    if (this.noted.size >= MAX_ENTRIES) this.noted.clear();
    this.noted.set(userId, now);
    namedQuery(
      this.dataSource,
      'note_login',
      `UPDATE users SET last_login_at = now(), first_login_at = coalesce(first_login_at, now())
       WHERE id = $1 AND (last_login_at IS NULL OR last_login_at < now() - interval '1 minute')`,
      [userId],
    ).catch((error: unknown) => this.logger.warn({ err: errorFields(error) }, 'a login time was not kept'));
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Lanes } from '../database/lanes.js';
import { failureFields } from '../database/readiness/failure-fields.js';
import { Logger } from '../observability/logger.js';

const INTERVAL_MS = 60_000;
const MAX_ENTRIES = 10_000;

const NOTE_LOGIN = `
  UPDATE users SET last_login_at = now(), first_login_at = coalesce(first_login_at, now())
  WHERE id = $1 AND (last_login_at IS NULL OR last_login_at < now() - interval '1 minute')`;

const NOTE_TOKEN = `
  UPDATE tokens SET last_used_at = now()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;

/** Stores the times of logins, at most once a minute for each user or token and not on the request's path. */
@Injectable()
export class LoginTimes {
  private readonly noted = new Map<string, number>();

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  note(userId: string): void {
    this.keep(userId, 'note_login', NOTE_LOGIN);
  }

  /** Notes that a token was used. */
  noteToken(tokenId: string): void {
    this.keep(tokenId, 'note_token', NOTE_TOKEN);
  }

  private keep(id: string, name: string, text: string): void {
    const now = performance.now();
    if (now - (this.noted.get(id) ?? -Infinity) < INTERVAL_MS) return;
    if (this.noted.size >= MAX_ENTRIES) this.noted.clear();
    this.noted.set(id, now);
    this.lanes
      .query('events', undefined, { name, text, values: [id] })
      .catch((error: unknown) => this.logger.warn(failureFields(error), 'a login time was not stored'));
  }
}

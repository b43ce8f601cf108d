import { Inject, Injectable } from '@nestjs/common';
import { arrayLiteral } from '../database/array-literal.js';
import { Batcher, type BatchGauge } from '../database/batcher.js';
import { Lanes } from '../database/lanes.js';

/** Asks for a user, by name with the key under which guesses are counted, or for a token by its id. */
export interface IdentityQuestion {
  readonly username?: string;
  readonly nameKey?: Buffer;
  readonly tokenId?: string;
  readonly source: string;
  /** Names the tenant as the header does. */
  readonly tenant: string | undefined;
}

/** Describes a name or token, a source and a tenant as the database knows them at the moment of the query. */
export interface Identity {
  user_id: string | null;
  username: string | null;
  password_hash: string | null;
  active: boolean | null;
  /** Counts how often all tokens of the user were ended. */
  token_epoch: number | null;
  /** Holds the SHA-256 of the token's secret part. */
  token_hash: Buffer | null;
  token_expired: boolean;
  locked: boolean;
  /** Tells whether the lock is less than a second old: it may only reflect a verification in progress. */
  locked_just_now: boolean;
  /** Tells whether the name has logged in from the source within thirty days. */
  proved: boolean;
  tenant_id: string | null;
  tenant_name: string | null;
  /** Tells whether the tenant takes changes of a single secret with `If-Match` only. */
  require_if_match: boolean;
  /** Lists the permissions, separated by commas. */
  permissions: string;
  /** Tells whether the installation is in maintenance mode. */
  maintenance: boolean;
}

/**
 * Holds one row of the answer. Equal permissions are sent once in a batch: in the row with the ordinal
 * `permissions_in`.
 */
interface Answer extends Omit<Identity, 'permissions'> {
  permissions: string | null;
  permissions_in: number;
}

const LOOK_UP = `
  SELECT f.*, coalesce((
    SELECT s.require_if_match FROM tenant_settings s WHERE s.tenant_id = f.tenant_id
  ), false) AS require_if_match
  FROM find_identities($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[]) f ORDER BY f.ordinal`;

/** Stands for names that no user and no tenant can have; the database cannot store all of them. */
const IMPOSSIBLE = '';
const POSSIBLE = /^[A-Za-z0-9._~-]{1,256}$/;

/**
 * Looks up an identity anew for each request, once for both guard and interceptor. Look-ups of the same turn of the
 * event loop share a statement.
 */
@Injectable()
export class IdentityLookup {
  private readonly batcher: Batcher<IdentityQuestion, Identity>;

  constructor(@Inject(Lanes) private readonly lanes: Lanes) {
    this.batcher = new Batcher((questions) => this.ask(questions), {
      share: ({ source, username, tokenId }) => ({ group: source, member: username ?? tokenId ?? '' }),
    });
  }

  get batches(): BatchGauge {
    return this.batcher.gauge;
  }

  /** @throws Busy, Unavailable as `Lanes.query` does, and when too many callers wait */
  find(question: IdentityQuestion): Promise<Identity> {
    return this.batcher.submit(question);
  }

  private async ask(questions: readonly IdentityQuestion[]): Promise<Identity[]> {
    const values = [
      arrayLiteral(questions.map(({ username }) => possible(username))),
      arrayLiteral(questions.map(({ nameKey }) => bytes(nameKey))),
      arrayLiteral(questions.map(({ tokenId = null }) => tokenId)),
      arrayLiteral(questions.map(({ source }) => source)),
      arrayLiteral(questions.map(({ tenant }) => possible(tenant))),
    ];
    const statement = { name: 'find_identities', text: LOOK_UP, values };
    const answers = await this.lanes.query<Answer>('reads', undefined, statement);
    return answers.map((answer) => Object.assign(answer, { permissions: permissionsOf(answer, answers) }));
  }
}

function permissionsOf(answer: Answer, answers: readonly Answer[]): string {
  return answers[answer.permissions_in - 1]?.permissions ?? '';
}

function possible(name: string | undefined): string {
  return name !== undefined && POSSIBLE.test(name) ? name : IMPOSSIBLE;
}

function bytes(nameKey: Buffer | undefined): string | null {
  return nameKey === undefined ? null : `\\x${nameKey.toString('hex')}`;
}

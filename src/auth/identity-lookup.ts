import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { arrayLiteral } from '../database/array-literal.js';
import { Batcher } from '../database/batcher.js';
import { namedQuery } from '../database/named-query.js';

/** Who is asked for, by a name with the key that its guesses are counted under, or by the id of a token. */
export interface IdentityQuestion {
  readonly username?: string;
  readonly nameKey?: Buffer;
  readonly tokenId?: string;
  readonly source: string;
  /** The tenant as the header names it. */
  readonly tenant: string | undefined;
}

/** What the database knows at this moment of a name or token, a source and a tenant. */
export interface Identity {
  user_id: string | null;
  username: string | null;
  password_hash: string | null;
  active: boolean | null;
  /** The SHA-256 of the secret part of the token that was asked for. */
  token_hash: Buffer | null;
  token_expired: boolean;
  locked: boolean;
  /** Locked within the last second: perhaps only for the time of a verification under way. */
  locked_just_now: boolean;
  tenant_id: string | null;
  tenant_name: string | null;
  /** With commas between. */
  permissions: string;
  /** Whether the installation is in maintenance. */
  maintenance: boolean;
}

/** Equal permissions stand once in a batch: in the answer with the ordinal `permissions_in`. */
interface Answer extends Omit<Identity, 'permissions'> {
  permissions: string | null;
  permissions_in: number;
}

const LOOK_UP =
  'SELECT * FROM find_identities($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[]) ORDER BY ordinal';

/** Names that no user and no tenant can have; the database cannot even hold all of them. */
const IMPOSSIBLE = '';
const POSSIBLE = /^[A-Za-z0-9._~-]{1,256}$/;

/** One look-up for guard and interceptor, fresh for each request; those of the same turn of the loop share a statement. */
@Injectable()
export class IdentityLookup {
  private readonly batcher: Batcher<IdentityQuestion, Identity>;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {
    this.batcher = new Batcher((questions) => this.ask(questions));
  }

  /** @throws Unavailable when the database cannot be reached */
  find(question: IdentityQuestion): Promise<Identity> {
    return this.batcher.submit(question);
  }

  private async ask(questions: readonly IdentityQuestion[]): Promise<Identity[]> {
    const answers = await namedQuery<Answer>(this.dataSource, 'find_identities', LOOK_UP, [
      arrayLiteral(questions.map(({ username }) => possible(username))),
      arrayLiteral(questions.map(({ nameKey }) => bytes(nameKey))),
      arrayLiteral(questions.map(({ tokenId = null }) => tokenId)),
      arrayLiteral(questions.map(({ source }) => source)),
      arrayLiteral(questions.map(({ tenant }) => possible(tenant))),
    ]);
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

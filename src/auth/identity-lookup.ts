import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Batcher } from '../database/batcher.js';
import { namedQuery } from '../database/named-query.js';

export interface IdentityQuestion {
  readonly username: string;
  readonly nameKey: Buffer;
  readonly source: string;
  /** The tenant as the header names it. */
  readonly tenant: string | undefined;
}

/** What the database knows at this moment of a name, a source and a tenant. */
export interface Identity {
  ordinal: number;
  user_id: string | null;
  username: string | null;
  password_hash: string | null;
  active: boolean | null;
  locked: boolean;
  /** Locked within the last second: perhaps only for the time of a verification under way. */
  locked_just_now: boolean;
  tenant_id: string | null;
  tenant_name: string | null;
  key_generation: number | null;
  /** With commas between. */
  permissions: string;
  /** Whether the installation is in maintenance. */
  maintenance: boolean;
}

const LOOK_UP = `
  SELECT q.ordinal::integer AS ordinal, u.id AS user_id, u.username, u.password_hash, u.active,
         coalesce(f.locked_until > now(), false) AS locked,
         coalesce(f.locked_until > now() AND f.locked_at > now() - interval '1 second', false) AS locked_just_now,
         t.id AS tenant_id, t.name AS tenant_name,
         (SELECT max(k.generation) FROM tenant_keys k WHERE k.tenant_id = t.id AND k.retired_at IS NULL)
           AS key_generation,
         array_to_string(ARRAY(
           SELECT DISTINCT p.permission FROM role_permissions p WHERE p.role IN (
             SELECT u.system_role
             UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
               WHERE m.user_id = u.id
             UNION SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = t.id AND tu.user_id = u.id
             UNION SELECT tg.role FROM user_group_members m JOIN tenant_user_groups tg ON tg.group_id = m.group_id
               WHERE m.user_id = u.id AND tg.tenant_id = t.id
           ) ORDER BY 1
         ), ',') AS permissions,
         (SELECT activated_at IS NOT NULL FROM maintenance) AS maintenance
  FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[])
    WITH ORDINALITY AS q (username, name_key, source, tenant, ordinal)
  LEFT JOIN users u ON lower(u.username) = lower(q.username COLLATE "C") AND u.deleted_at IS NULL
  LEFT JOIN login_failures f ON f.name_key = q.name_key AND f.source = q.source
  LEFT JOIN tenants t ON t.name = q.tenant COLLATE "C" AND t.deleted_at IS NULL
`;

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
    const answers = await namedQuery<Identity>(this.dataSource, 'find_identity', LOOK_UP, [
      questions.map(({ username }) => possible(username)),
      questions.map(({ nameKey }) => nameKey),
      questions.map(({ source }) => source),
      questions.map(({ tenant }) => possible(tenant ?? IMPOSSIBLE)),
    ]);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function possible(name: string): string {
  return POSSIBLE.test(name) ? name : IMPOSSIBLE;
}

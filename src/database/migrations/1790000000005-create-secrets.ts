import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createReadFunction } from './read-function.js';
import { roleNames } from './role-names.js';
import { readerPolicy, tenantPolicy } from './tenant-policy.js';

/** A tenant's secrets, with the current value on the row: a read touches one row. */
export class CreateSecrets1790000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      ${SECRETS}
      ${tenantPolicy('secrets', 'tenant_id')}
      ${readerPolicy('secrets', roles.reader)}
      GRANT SELECT, INSERT, UPDATE, DELETE ON secrets TO ${roles.app};
      GRANT SELECT ON secrets TO ${roles.reader};
    `);
    await createReadFunction(runner, roles);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION read_secrets;
      DROP TABLE secrets;
    `);
  }
}

const SECRETS = `
  CREATE TABLE secrets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    version integer NOT NULL DEFAULT 1,
    revision integer NOT NULL DEFAULT 1,
    value bytea NOT NULL,
    key_generation integer NOT NULL,
    version_created_by uuid NOT NULL,
    version_created_at timestamptz(3) NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_secrets_key UNIQUE (tenant_id, key),
    CONSTRAINT fk_secrets_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_secrets_tenant_key FOREIGN KEY (tenant_id, key_generation)
      REFERENCES tenant_keys (tenant_id, generation),
    CONSTRAINT fk_secrets_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT fk_secrets_version_created_by FOREIGN KEY (version_created_by) REFERENCES users (id),
    CONSTRAINT ck_secrets_key CHECK (key ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'),
    CONSTRAINT ck_secrets_version CHECK (version > 0),
    CONSTRAINT ck_secrets_revision CHECK (revision > 0)
  );
  CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key) INCLUDE (id);
  CREATE INDEX ix_secrets_key_generation ON secrets (tenant_id, key_generation);
`;

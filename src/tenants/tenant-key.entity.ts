import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Maps one generation of a tenant's key, wrapped under a root key. */
@Entity('tenant_keys')
export class TenantKey {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'pk_tenant_keys' })
  tenantId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_tenant_keys' })
  generation: number;

  @Column('bytea')
  wrapped: Buffer;

  @Column('text', { name: 'root_key_id' })
  rootKeyId: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'retired_at', precision: 3, nullable: true })
  retiredAt: Date | null;
}

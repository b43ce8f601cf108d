import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SealedValue } from '../crypto/sealed-value.js';
import { sealedValueTransformer } from '../crypto/sealed-value.transformer.js';
import { Tenant } from '../tenants/tenant.entity.js';
import type { Schema, Visibility } from './secret.js';
import { User } from '../users/user.entity.js';

/** A secret with its current value. `created_at` and `updated_at` are the database's clock, equal at creation. */
@Entity('secrets')
@Index('uq_secrets_key', ['tenantId', 'key'], { unique: true, where: 'deleted_at IS NULL' })
export class Secret {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'pk_secrets' })
  tenantId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_secrets' })
  id: string;

  @Column('text')
  key: string;

  @Column('integer', { default: 1 })
  version: number;

  @Column('integer', { default: 1 })
  revision: number;

  @Column('bytea', { transformer: sealedValueTransformer })
  value: SealedValue;

  @Column('integer', { name: 'key_generation' })
  keyGeneration: number;

  @Column('text', { default: 'tenant' })
  visibility: Visibility;

  @Column('boolean', { name: 'is_hidden_value', default: false })
  isHiddenValue: boolean;

  @Column('json', { nullable: true })
  schema: Schema | null;

  @Column('text', { name: 'provider_name', nullable: true })
  providerName: string | null;

  @Column('bytea', { name: 'provider_options', nullable: true, transformer: sealedValueTransformer })
  providerOptions: SealedValue | null;

  @Column('integer', { name: 'provider_options_generation', nullable: true })
  providerOptionsGeneration: number | null;

  @Column('uuid', { name: 'version_created_by' })
  versionCreatedBy: string;

  @Column({ type: 'timestamptz', name: 'version_created_at', precision: 3, default: () => 'now()' })
  versionCreatedAt: Date;

  @Column('uuid', { name: 'created_by' })
  createdBy: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  @ManyToOne(() => Tenant, { nullable: false })
  @JoinColumn({ name: 'tenant_id', foreignKeyConstraintName: 'fk_secrets_tenant' })
  tenant: Relation<Tenant>;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'fk_secrets_created_by' })
  creator: Relation<User>;
}

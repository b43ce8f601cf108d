import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { JsonText } from '../api/json/json-text.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import { sealedValueTransformer } from '../crypto/sealed-value.transformer.js';
import { Tenant } from '../tenants/tenant.entity.js';
import { User } from '../users/user.entity.js';
import type { Labels } from './labels/labels.js';
import type { Visibility } from './secret.js';

/**
 * Maps a row of `secrets`, with its current value. `SecretRows` turns rows into secrets and back by these columns;
 * those that are not selected are of no use to a reader.
 */
@Entity('secrets')
@Index('uq_secrets_key', ['tenantId', 'key'], { unique: true, where: 'deleted_at IS NULL' })
export class SecretEntity {
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

  @Column('integer', { name: 'key_generation', select: false })
  keyGeneration: number;

  @Column('text', { default: 'tenant' })
  visibility: Visibility;

  @Column('boolean', { name: 'is_hidden_value', default: false })
  isHiddenValue: boolean;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('json', { nullable: true })
  schema: JsonText | null;

  @Column('text', { name: 'provider_name', nullable: true })
  providerName: string | null;

  @Column('bytea', { name: 'provider_options', nullable: true, transformer: sealedValueTransformer })
  providerOptions: SealedValue | null;

  @Column('integer', { name: 'provider_options_generation', nullable: true, select: false })
  providerOptionsGeneration: number | null;

  @Column('uuid', { name: 'version_created_by', select: false })
  versionCreatedBy: string;

  @Column({
    type: 'timestamptz',
    name: 'version_created_at',
    precision: 3,
    default: () => 'now()',
    select: false,
  })
  versionCreatedAt: Date;

  @Column('uuid', { name: 'created_by' })
  creatorId: string;

  /** Set by the database's clock; equal to `updatedAt` when the secret is created. */
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  /** The id of the event that recorded the last change, which makes each state of a secret distinct. */
  @Column('uuid', { default: () => 'gen_random_uuid()' })
  mark: string;

  /** Null if the last change was made by a program that did not store it. */
  @Column('uuid', { name: 'updated_by', nullable: true })
  updatedBy: string | null;

  /** Limits the versions that are kept; null if the setting of the tenant decides. */
  @Column('integer', { name: 'max_versions', nullable: true })
  maxVersions: number | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column('jsonb', { default: {} })
  labels: Labels;

  @Column({ type: 'timestamptz', name: 'deleted_at', precision: 3, nullable: true, select: false })
  deletedAt: Date | null;

  @ManyToOne(() => Tenant, { nullable: false })
  @JoinColumn({ name: 'tenant_id', foreignKeyConstraintName: 'fk_secrets_tenant' })
  tenant: Relation<Tenant>;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'fk_secrets_created_by' })
  creator: Relation<User>;
}

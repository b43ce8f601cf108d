import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Maps a root key that the installation knows: not the key, only a value by which a configured key is recognised. */
@Entity('root_keys')
export class RootKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_root_keys' })
  id: string;

  @Column('bytea', { name: 'check_value' })
  checkValue: Buffer;

  @Column('text')
  state: 'active' | 'available' | 'retired';

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;
}

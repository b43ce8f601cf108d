import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../observability/metrics/metrics.js';
import { CreateSecret } from './create-secret.js';
import { ExpiryClock } from './expiry/expiry-clock.js';
import { SettleExpiry } from './expiry/settle-expiry.js';
import { SecretPreconditions } from './secret-preconditions.js';
import { SecretSealer } from './secret-sealer.js';
import { SecretStoreModule } from './store/secret-store.module.js';
import { UpdateSecret } from './update-secret.js';
import { SchemaValidator } from './value-schema/schema-validator.js';
import { VersionLimits } from './versions/version-limits.js';

const RULES = [
  SecretSealer,
  SecretPreconditions,
  SchemaValidator,
  ExpiryClock,
  SettleExpiry,
  VersionLimits,
  UpdateSecret,
  CreateSecret,
];

/** Provides the rules of creations and changes, which everything that writes secrets shares, and the store. */
@Module({ imports: [SecretStoreModule], providers: RULES, exports: [SecretStoreModule, ...RULES] })
export class SecretRulesModule implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(SchemaValidator) private readonly schemas: SchemaValidator,
  ) {}

  onModuleInit(): void {
    this.schemas.register(this.metrics);
  }
}

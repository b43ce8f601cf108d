import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { registerBatch } from '../database/database-metrics.js';
import { Metrics } from '../observability/metrics/metrics.js';
import { IdentityLookup } from './identity-lookup.js';
import { LoginThrottle } from './throttle/login-throttle.js';
import { TokenFailures } from './throttle/token-failures.js';
import { VerificationQueue } from './throttle/verification-queue.js';

/** Registers the metrics of logins. */
@Injectable()
export class AuthMetrics implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(IdentityLookup) private readonly identities: IdentityLookup,
    @Inject(LoginThrottle) private readonly throttle: LoginThrottle,
    @Inject(TokenFailures) private readonly tokens: TokenFailures,
    @Inject(VerificationQueue) private readonly queue: VerificationQueue,
  ) {}

  onModuleInit(): void {
    registerBatch(this.metrics, 'find_identities', () => this.identities.batches);
    for (const counted of [this.throttle, this.tokens, this.queue]) counted.register(this.metrics);
  }
}

import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuthMetrics } from './auth-metrics.js';
import { Authenticator } from './authenticator.js';
import { BasicAuthGuard } from './basic-auth.guard.js';
import { BasicStrategy } from './basic.strategy.js';
import { IdentityLookup } from './identity-lookup.js';
import { LoginFailureSweep } from './throttle/login-failure-sweep.js';
import { LoginThrottle } from './throttle/login-throttle.js';
import { LoginTimes } from './login-times.js';
import { StandingCheck } from './standing-check.js';
import { RefusedLogins } from './throttle/refused-logins.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { TokenFailures } from './throttle/token-failures.js';
import { VerificationQueue } from './throttle/verification-queue.js';

@Module({
  imports: [JobsModule],
  providers: [
    IdentityLookup,
    LoginThrottle,
    LoginFailureSweep,
    LoginTimes,
    RefusedLogins,
    VerificationQueue,
    TokenFailures,
    Authenticator,
    BasicStrategy,
    TokenAuthenticator,
    StandingCheck,
    AuthMetrics,
    { provide: APP_GUARD, useClass: BasicAuthGuard },
  ],
  exports: [StandingCheck],
})
export class AuthModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(LoginFailureSweep) private readonly sweep: LoginFailureSweep,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.sweep);
  }
}

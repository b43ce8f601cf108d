import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticator } from './authenticator.js';
import { BasicAuthGuard } from './basic-auth.guard.js';
import { BasicStrategy } from './basic.strategy.js';
import { IdentityLookup } from './identity-lookup.js';
import { LoginThrottle } from './login-throttle.js';
import { LoginTimes } from './login-times.js';
import { TokenAuthenticator } from './token-authenticator.js';

@Module({
  providers: [
    IdentityLookup,
    LoginThrottle,
    LoginTimes,
    Authenticator,
    BasicStrategy,
    TokenAuthenticator,
    { provide: APP_GUARD, useClass: BasicAuthGuard },
  ],
})
export class AuthModule {}

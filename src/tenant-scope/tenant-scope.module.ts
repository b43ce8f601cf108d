import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { DeclaredRoutes } from './declared-routes.js';
import { RefusedCallers } from './refused-callers.js';
import { TenantScopeInterceptor } from './tenant-scope.interceptor.js';

@Module({
  imports: [AuthModule, DiscoveryModule],
  providers: [DeclaredRoutes, RefusedCallers, { provide: APP_INTERCEPTOR, useClass: TenantScopeInterceptor }],
  exports: [DeclaredRoutes, RefusedCallers],
})
export class TenantScopeModule {}

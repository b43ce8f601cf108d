import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { DeclaredRoutes } from './declared-routes.js';
import { TenantScopeInterceptor } from './tenant-scope.interceptor.js';

@Module({
  imports: [DiscoveryModule],
  providers: [DeclaredRoutes, { provide: APP_INTERCEPTOR, useClass: TenantScopeInterceptor }],
  exports: [DeclaredRoutes],
})
export class TenantScopeModule {}

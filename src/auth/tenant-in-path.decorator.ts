import { SetMetadata } from '@nestjs/common';

export const TENANT_IN_PATH = 'strongroom:tenant-in-path';

/** Makes a route work in the tenant that its path names as `{name}`, whatever the `tenant` header says. */
export const TenantInPath = (): MethodDecorator => SetMetadata(TENANT_IN_PATH, true);

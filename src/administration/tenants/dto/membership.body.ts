import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { TENANT_ROLES } from '../../../users/tenant-user.entity.js';

const ROLE = { type: 'string', enum: TENANT_ROLES } as const;
const TENANT = { type: 'string', description: 'The name of a tenant' } as const;
const EXISTING = { type: 'string', description: 'Case is ignored' } as const;

/** Names a user and a tenant. */
export class TenantUserBody {
  @ApiProperty(TENANT)
  @IsString({ message: '`tenant_name` must be a string' })
  tenant_name: string;

  @ApiProperty(EXISTING)
  @IsString({ message: '`username` must be a string' })
  username: string;
}

export class NewTenantUserBody extends TenantUserBody {
  @ApiProperty({ ...ROLE, required: false, nullable: true, description: '`user` if it is left out' })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;
}

export class TenantUserRoleBody extends TenantUserBody {
  @ApiProperty(ROLE)
  @IsString({ message: '`role` must be a string' })
  role: string;
}

/** Names a user group and a tenant. */
export class TenantGroupBody {
  @ApiProperty(TENANT)
  @IsString({ message: '`tenant_name` must be a string' })
  tenant_name: string;

  @ApiProperty(EXISTING)
  @IsString({ message: '`group_name` must be a string' })
  group_name: string;
}

export class NewTenantGroupBody extends TenantGroupBody {
  @ApiProperty({ ...ROLE, required: false, nullable: true, description: '`user` if it is left out' })
  @IsOptional()
  @IsString({ message: '`role` must be a string' })
  role?: string | null;
}

export class TenantGroupRoleBody extends TenantGroupBody {
  @ApiProperty(ROLE)
  @IsString({ message: '`role` must be a string' })
  role: string;
}

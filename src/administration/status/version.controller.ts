import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InstallationApi } from '../../api/openapi/open-api.js';
import { packageVersion } from '../../common/package-version.js';
import { RequireInstallationPermission } from '../../tenant-scope/require-permission.decorator.js';
import { VersionV3 } from './dto/version-v3.js';

@Controller(['api/version', 'api/v3/version', 'api/v3.1/version'])
@ApiTags('Installation')
@InstallationApi()
export class VersionController {
  @Get()
  @RequireInstallationPermission('version_get', 'version.read', { duringMaintenance: true })
  @ApiOperation({ summary: 'The version that is running' })
  @ApiOkResponse({ type: VersionV3 })
  read(): VersionV3 {
    return {
      edition: 'premium',
      version: packageVersion(),
      build: null,
      date: null,
      commit: null,
      distribution: '',
      distro_release: '',
    };
  }
}

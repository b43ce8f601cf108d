import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { packageVersion } from '../../common/package-version.js';
import { STATUS_EXAMPLES } from './dto/status.examples.js';
import { VersionV3 } from './dto/version-v3.js';

@Controller(['api/version', 'api/v3/version', 'api/v3.1/version'])
@ApiTags('Installation')
export class VersionController {
  @Get()
  @InstallationRoute('version_get', 'version.read', {
    id: 'readVersion',
    summary: 'Read the version',
    description:
      'Returns the version of Strongroom. The edition is always `premium`, since clients ask for it.',
    example: STATUS_EXAMPLES.version,
    answer: VersionV3,
    duringMaintenance: true,
  })
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

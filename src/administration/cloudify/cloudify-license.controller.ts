import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { LicenseListV3 } from './dto/cloudify-config-v3.js';
import { CLOUDIFY_EXAMPLES } from './dto/cloudify.examples.js';

/** Answers the request for the license that the web console sends when a user logs in. */
@Controller()
@ApiTags('Cloudify stand-ins')
export class CloudifyLicenseController {
  @Get(['api/v3/license', 'api/v3.1/license'])
  @InstallationRoute('license_list', 'license.list', {
    id: 'listLicenses',
    summary: 'List licenses',
    description: 'Always one that never expires, since clients expect one. Strongroom needs none.',
    example: CLOUDIFY_EXAMPLES.license,
    answer: LicenseListV3,
    duringMaintenance: true,
  })
  license(): LicenseListV3 {
    const license = {
      customer_id: 'strongroom',
      expiration_date: null,
      license_edition: 'Premium',
      trial: false,
      expired: false,
      cloudify_version: null,
      capabilities: null,
    };
    return listEnvelope([license], { total: 1, size: 1, offset: 0 });
  }
}

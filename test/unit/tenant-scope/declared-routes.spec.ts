import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { Public } from '../../../src/auth/public.decorator.js';
import { StartupError } from '../../../src/common/startup-error.js';
import { DeclaredRoutes, type DeclaredRoute } from '../../../src/tenant-scope/declared-routes.js';
import {
  RequireInstallationPermission,
  RequirePermission,
} from '../../../src/tenant-scope/require-permission.decorator.js';

@Controller('declared')
class DeclaredController {
  @Get('tenant')
  @RequirePermission('a_permission', 'secret.read')
  ofTenant(): void {
    // Nothing is called here.
  }

  @Get('installation')
  @RequireInstallationPermission('another_permission', 'status.read')
  ofInstallation(): void {
    // Nothing is called here.
  }

  @Get('open')
  @Public()
  open(): void {
    // Nothing is called here.
  }
}

@Controller('open')
@Public()
class OpenController {
  @Get()
  read(): void {
    // Nothing is called here.
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  read(): void {
    // Nothing is called here.
  }
}

/**
 * Declares a permission on the class, which applies to none of its routes, since the interceptor reads the method's.
 */
@(RequirePermission('a_permission', 'secret.read') as ClassDecorator)
@Controller('misplaced')
class MisplacedController {
  @Get()
  read(): void {
    // Nothing is called here.
  }
}

class InheritingController extends ForgottenController {}
Controller('inheriting')(InheritingController);

async function routesOf(...controllers: Type[]): Promise<readonly DeclaredRoute[]> {
  @Module({ imports: [DiscoveryModule], controllers, providers: [DeclaredRoutes] })
  class TestedModule {}
  const app = await NestFactory.createApplicationContext(TestedModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    return app.get(DeclaredRoutes).all();
  } finally {
    await app.close();
  }
}

describe('the declarations of routes', () => {
  it('are a permission of the tenant or the installation, or that the route is public', async () => {
    const open = { permission: 'public', action: undefined, inTenant: false };
    expect(await routesOf(DeclaredController, OpenController)).toEqual([
      {
        ...{ name: 'DeclaredController.ofTenant', permission: 'a_permission' },
        ...{ action: 'secret.read', inTenant: true },
      },
      {
        ...{ name: 'DeclaredController.ofInstallation', permission: 'another_permission' },
        ...{ action: 'status.read', inTenant: false },
      },
      { name: 'DeclaredController.open', ...open },
      { name: 'OpenController.read', ...open },
    ]);
  });

  it.each([
    ['forgotten', ForgottenController],
    ['made for the class instead of the method', MisplacedController],
    ['forgotten where the method comes from', InheritingController],
  ])('stop the start where one is %s', async (_, controller) => {
    const starting = routesOf(DeclaredController, controller);
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow(`The route ${controller.name}.read declares no permission`);
  });
});

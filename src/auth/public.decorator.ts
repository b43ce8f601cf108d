import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'strongroom:public';

/** Opens a route to everyone. A test lists the few routes that have it. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(IS_PUBLIC, true);

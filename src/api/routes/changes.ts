import {
  applyDecorators,
  Delete as NestDelete,
  Patch as NestPatch,
  Post as NestPost,
  Put as NestPut,
  UseInterceptors,
} from '@nestjs/common';
import { ChangeInterceptor } from './change.interceptor.js';

/** Routes POST requests to the method, and refuses those that ask for what would not be honored. */
export function Post(path?: string): MethodDecorator {
  return change(NestPost(path));
}

/** Routes PUT requests in the same way. */
export function Put(path?: string): MethodDecorator {
  return change(NestPut(path));
}

/** Routes PATCH requests in the same way. */
export function Patch(path?: string): MethodDecorator {
  return change(NestPatch(path));
}

/** Routes DELETE requests in the same way. */
export function Delete(path?: string): MethodDecorator {
  return change(NestDelete(path));
}

function change(route: MethodDecorator): MethodDecorator {
  return applyDecorators(UseInterceptors(ChangeInterceptor), route);
}

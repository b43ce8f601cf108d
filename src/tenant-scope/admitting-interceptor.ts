import type { ExecutionContext, NestInterceptor } from '@nestjs/common';

/** An interceptor whose work is over before the handler begins, so that it can also be asked without an Observable. */
export interface AdmittingInterceptor extends NestInterceptor {
  /** Lets the request pass to its handler, or rejects with the refusal. */
  admit(context: ExecutionContext): Promise<void>;
}

export function isAdmitting(interceptor: NestInterceptor): interceptor is AdmittingInterceptor {
  return 'admit' in interceptor && typeof interceptor.admit === 'function';
}

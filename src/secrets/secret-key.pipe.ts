import { Injectable, type PipeTransform } from '@nestjs/common';
import { BadParameters } from '../common/errors.js';
import { nameProblem } from '../common/resource-name.js';

/** The key of a path, by the rules that Cloudify has for names. */
@Injectable()
export class SecretKeyPipe implements PipeTransform<string, string> {
  transform(key: string): string {
    const problem = nameProblem(key);
    if (problem !== undefined) throw new BadParameters(`Secret key: ${problem}`);
    return key;
  }
}

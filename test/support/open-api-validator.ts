import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Answer } from './http-client.js';

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

export interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

/** Validates every response in the tests against the published document: an undocumented status or property fails. */
export class OpenApiValidator {
  private readonly ajv = new Ajv({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly routes: readonly { pattern: RegExp; template: string }[];

  constructor(readonly document: OpenApiDocument) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'api', components: document.components });
    this.routes = Object.keys(document.paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    }));
  }

  /** Checks a response. Responses to unknown routes are checked against the schema of errors. */
  check(method: string, path: string, answer: Answer): void {
    const bare = path.split('?', 1)[0] ?? '';
    if (bare.startsWith('/api/docs')) return;
    const template = this.routes.find(({ pattern }) => pattern.test(bare))?.template;
    const operation =
      template === undefined ? undefined : this.document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || operation === undefined || [405, 414].includes(answer.status)) {
      this.validate('error', { $ref: 'api#/components/schemas/ErrorBody' }, answer);
      return;
    }
    const name = `${method} ${template} ${answer.status}`;
    const response = operation.responses[String(answer.status)];
    if (response === undefined)
      throw new Error(`The API document does not name ${name}: ${answer.text.slice(0, 300)}`);
    if (answer.status === 204 || answer.status === 304) {
      if (answer.text !== '') throw new Error(`${name} has a body`);
      return;
    }
    const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
    const schema = response.content?.[type]?.schema;
    if (schema === undefined) throw new Error(`The API document gives no schema for ${name} as ${type}`);
    const content = type === 'application/json' ? answer.body : answer.text;
    this.validate(`${name} ${type}`, relocated(schema), answer, content);
  }

  private validate(name: string, schema: object, answer: Answer, content: unknown = answer.body): void {
    let check = this.compiled.get(name);
    if (check === undefined) {
      check = this.ajv.compile(schema);
      this.compiled.set(name, check);
    }
    if (!check(content)) {
      throw new Error(
        `${name} is not as documented: ${this.ajv.errorsText(check.errors)}: ${answer.text.slice(0, 300)}`,
      );
    }
  }
}

function relocated(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
}

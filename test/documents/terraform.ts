/** Reads the part of Terraform's language that the examples use. An expression is a function of what is in scope. */
type Scope = Readonly<Record<string, unknown>>;
type Expression = (scope: Scope) => unknown;

export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: ReadonlyMap<string, Expression>;
  readonly blocks: readonly Block[];
}

/** Wraps a value that Terraform does not print. */
export class Sensitive {
  constructor(readonly value: unknown) {}
}

const FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  base64encode: (text: string) => Buffer.from(text).toString('base64'),
  jsondecode: (text: string) => JSON.parse(text) as unknown,
  sensitive: (value: unknown) => new Sensitive(value),
};

/**
 * Parses a configuration.
 * @throws Error for anything that this reader does not support
 */
export function readTerraform(text: string): Block {
  const reader = new Reader(text);
  return { type: '', labels: [], ...reader.body(/$/) };
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  body(end: RegExp): Pick<Block, 'attributes' | 'blocks'> {
    const attributes = new Map<string, Expression>();
    const blocks: Block[] = [];
    while (this.take(end) === undefined) {
      const type = this.need(/\w+/);
      if (this.take(/=(?!=)/) !== undefined) attributes.set(type, this.expression());
      else blocks.push(this.block(type));
    }
    return { attributes, blocks };
  }

  private block(type: string): Block {
    const labels: string[] = [];
    while (this.take(/\{/) === undefined) labels.push(this.need(/"\w+"/).slice(1, -1));
    return { type, labels, ...this.body(/\}/) };
  }

  private expression(): Expression {
    const left = this.conjunction();
    if (this.take(/\|\|/) === undefined) return left;
    const right = this.expression();
    return (scope) => left(scope) === true || right(scope) === true;
  }

  private conjunction(): Expression {
    const left = this.comparison();
    if (this.take(/&&/) === undefined) return left;
    const right = this.conjunction();
    return (scope) => left(scope) === true && right(scope) === true;
  }

  private comparison(): Expression {
    const left = this.operand();
    const operator = this.take(/[=!]=/);
    if (operator === undefined) return left;
    const right = this.operand();
    return (scope) => (left(scope) === right(scope)) === (operator === '==');
  }

  private operand(): Expression {
    if (this.take(/"/) !== undefined) return this.template();
    if (this.take(/\[/) !== undefined) return this.list(/\]/);
    if (this.take(/\(/) !== undefined) {
      const inside = this.expression();
      this.need(/\)/);
      return inside;
    }
    if (this.take(/\{/) !== undefined) {
      const { attributes } = this.body(/\}/);
      return (scope) => Object.fromEntries([...attributes].map(([name, value]) => [name, value(scope)]));
    }
    const number = this.take(/\d+/);
    if (number !== undefined) return () => Number(number);
    return this.members(this.named(this.need(/\w+/)));
  }

  private named(name: string): Expression {
    if (name === 'true' || name === 'false') return () => name === 'true';
    if (this.take(/\(/) === undefined) return (scope) => memberOf(scope, name);
    if (name === 'try') return firstOf(this.items(/\)/));
    const call = FUNCTIONS[name];
    if (call === undefined) throw new Error(`The reader does not know the function ${name}`);
    const args = this.items(/\)/);
    return (scope) => call(...(args.map((arg) => arg(scope)) as never[]));
  }

  private members(object: Expression): Expression {
    const name = this.take(/\.\w+/)?.slice(1);
    return name === undefined ? object : this.members((scope) => memberOf(object(scope), name));
  }

  private list(end: RegExp): Expression {
    const items = this.items(end);
    return (scope) => items.map((item) => item(scope));
  }

  private items(end: RegExp): Expression[] {
    const items: Expression[] = [];
    while (this.take(end) === undefined) {
      items.push(this.expression());
      this.take(/,/);
    }
    return items;
  }

  private template(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const literal = this.takeExactly(/(?:(?!\$\{)[^"\\\n])*/) ?? '';
      parts.push(() => literal);
      if (this.takeExactly(/"/) !== undefined) break;
      this.need(/\$\{/);
      parts.push(this.expression());
      this.need(/\}/);
    }
    return (scope) => parts.map((part) => String(part(scope))).join('');
  }

  private need(pattern: RegExp): string {
    const found = this.take(pattern);
    if (found !== undefined) return found;
    throw new Error(
      `${pattern.source} is expected at ${JSON.stringify(this.text.slice(this.at, this.at + 40))}`,
    );
  }

  /** Reads text that matches, after skipping space and comments. */
  private take(pattern: RegExp): string | undefined {
    this.takeExactly(/(?:\s|#.*)*/);
    return this.takeExactly(pattern);
  }

  private takeExactly({ source }: RegExp): string | undefined {
    const pattern = new RegExp(source, 'y');
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
}

/** Returns the first of the expressions that does not fail, as `try` does. */
function firstOf(expressions: readonly Expression[]): Expression {
  return (scope) => {
    for (const expression of expressions)
      try {
        return expression(scope);
      } catch {
        continue;
      }
    throw new Error('Every argument of try fails');
  };
}

function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) {
    throw new Error(`There is no ${name} in scope`);
  }
  return (object as Record<string, unknown>)[name];
}

import { join } from 'node:path';
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  skipLibCheck: true,
};

/**
 * Compiles a module as a reader of the documents would, with all checks on.
 * @throws Error with the first complaint of the compiler
 */
export function compiledTypeScript(text: string): string {
  const name = join(process.cwd(), 'page.ts');
  const host = ts.createCompilerHost(OPTIONS);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === name
      ? ts.createSourceFile(file, text, OPTIONS.target ?? ts.ScriptTarget.ES2022)
      : getSourceFile(file, ...rest);
  let compiled = '';
  const program = ts.createProgram([name], OPTIONS, host);
  const [problem] = ts.getPreEmitDiagnostics(program);
  if (problem !== undefined) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
  program.emit(undefined, (_file, code) => (compiled = code));
  return compiled;
}

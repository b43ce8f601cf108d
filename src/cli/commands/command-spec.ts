import type { Argument, Command, Option } from 'commander';
import type { Output } from '../output/output.js';
import type { Terminal } from '../terminal.js';

/** Holds one call of a command. */
export interface Call<A extends readonly (string | undefined)[] = [], O = object> {
  readonly io: Terminal;
  readonly args: A;
  readonly options: O;
  /** The command that was called, with the whole program above it. */
  readonly command: Command;
}

/** Holds the options that choose the form of the output. */
export interface Forms {
  readonly json?: true;
  readonly quiet?: true;
}

/** Does what a command is for. */
type Action<A extends readonly (string | undefined)[], O> = (call: Call<A, O>) => Promise<Output>;

/** Loads the action of a command, so that help and completion load nothing of it. */
type LoadAction<A extends readonly (string | undefined)[] = never, O = never> = () => Promise<Action<A, O>>;

/** Describes a command that does something. */
export interface CommandSpec<A extends readonly (string | undefined)[], O> {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Shows a call, without the name of the program. */
  readonly example: string;
  /** Further lines of the help. */
  readonly notes?: string;
  /** False for a command whose output has one form only. */
  readonly forms?: false;
  readonly load: LoadAction<A, O>;
}

/** Makes a command from its description. */
export type MakeCommand = <A extends readonly (string | undefined)[], O>(spec: CommandSpec<A, O>) => Command;

/** Runs a loaded action with what was typed. */
export type Dispatch = (
  command: Command,
  load: LoadAction,
  words: { readonly args: readonly (string | undefined)[]; readonly options: object },
) => Promise<void>;

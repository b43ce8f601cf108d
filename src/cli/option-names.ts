import type { Command } from 'commander';

/** Matches the field of the API that a message begins with. */
const FIELD = /^`([a-z_]+)`/;

/** Names the field that a message is about by the option that gave it, where the command has one. */
export function inOptions(message: string, { options }: Command): string {
  return message.replace(FIELD, (field, name: string) => {
    const given = options.find(({ long }) => long?.slice(2).replaceAll('-', '_') === name);
    return given?.long === undefined ? field : `\`${given.long}\``;
  });
}

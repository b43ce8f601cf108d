let made = 0;

/** Returns a path with `{new}` replaced by text that was never used before. */
export function newPath(path: string): string {
  if (!path.includes('{new}')) return path;
  made += 1;
  return path.replace('{new}', `${process.pid}-${made}`);
}

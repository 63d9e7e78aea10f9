/** A pattern of LIKE for what has this text in it, whatever letters that are. */
export const containing = (text: string): string =>
  `%${text
    .trim()
    .replaceAll('\0', '')
    .replace(/[\\%_]/g, '\\$&')}%`;

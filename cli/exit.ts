/** What the command's exit status says; `--help` prints the same. */

export const EXIT = { ok: 0, failed: 1, usage: 2, unmapped: 3 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit status:
  0  every record was mapped
  1  a file, the output or the module could not be read or written
  2  the command was called with something it does not know
  3  some records could not be mapped`;

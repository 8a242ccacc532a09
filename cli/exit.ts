/** What the command's exit status says; `--help` prints the same. */

export const EXIT = { ok: 0, failed: 1, usage: 2, unmapped: 3 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit status:
  0  everything went well
  1  something could not be read, written or fetched
  2  the command was called with something it does not know, or its settings have a problem
  3  finished, but some records could not be mapped, or (fetch) were quarantined, lost or in a gap`;

/** Ends a service together with the one that started it: a supervisor that was killed leaves its children running. */

const LOOK_EVERY = 500;

/**
 * Calls `gone` once the process that started this one is no more: then this one belongs to another (getppid(2)). Answers
 * how to stop looking.
 */
export function watchParent(
  gone: () => void,
  parent: () => number = () => process.ppid,
  everyMs = LOOK_EVERY,
): () => void {
  const first = parent();
  const timer = setInterval(() => {
    if (parent() === first) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Files that wait to be claimed by a lane, in the order of their names. */
import { Bell } from "./bell.ts";
import type { SpoolFile } from "./spool-file.ts";

export class Queue {
  /** Rings when there may be something to claim, or nothing will be any more. */
  readonly bell = new Bell();
  /** The first one last. */
  #waiting: SpoolFile[] = [];
  #claimed = 0;
  /** Lanes that have nothing to do. */
  #idle = 0;

  /** Nothing waits, and nobody has one. */
  get isDrained(): boolean {
    return this.#waiting.length === 0 && this.#claimed === 0;
  }

  add(files: readonly SpoolFile[]): void {
    if (files.length === 0) return;
    for (const file of files) file.state = "waiting";
    this.#waiting.push(...files);
    this.#waiting.sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  remove(files: ReadonlySet<SpoolFile>): void {
    if (files.size > 0) this.#waiting = this.#waiting.filter((file) => !files.has(file));
  }

  /**
   * The next file that may be claimed at `now`. A lane that waits for an answer leaves those alone that others, who have
   * nothing to do, can take at once.
   */
  claim(isBusy: boolean, now: number): SpoolFile | undefined {
    if (isBusy && this.#waiting.length <= this.#idle) return undefined;
    const at = this.#waiting.findLastIndex(({ retryAt }) => retryAt <= now);
    if (at < 0) return undefined;
    const [file] = this.#waiting.splice(at, 1) as [SpoolFile];
    this.#claimed++;
    file.state = "claimed";
    return file;
  }

  /** A lane has done with a file that it claimed. */
  give(): void {
    this.#claimed--;
    this.bell.ring();
  }

  /**
   * A lane that has nothing to do begins, or ends, waiting for the bell. It ends it in the same breath in which it claims:
   * in between, a busy lane would take for itself what rang the bell.
   */
  rests(isIdle: boolean): void {
    this.#idle += isIdle ? 1 : -1;
  }
}

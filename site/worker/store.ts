/**
 * Where the events of an input are kept: in memory if it is small, else in a file of the browser's own (its origin private
 * file system), which no other site can read and which is removed with the input, or when the page is opened next.
 */
export interface EventStore {
  append(bytes: Uint8Array): void;
  read(from: number, to: number): Promise<Uint8Array>;
  /** All of it; nothing may be appended afterwards. */
  end(): Promise<Blob>;
  close(): Promise<void>;
}

/** Inputs up to this length leave their events in memory. */
const SMALL = 8 * 1024 * 1024;
const PREFIX = "mimecast-udm-events-";

/** A store for the events of `size` bytes of logs; undefined if this browser has none that is large enough. */
export async function openStore(size: number): Promise<EventStore | undefined> {
  if (size <= SMALL) return new MemoryStore();
  try {
    return await FileStore.open();
  } catch (error) {
    // A private window, or a page without https, has no file system. The input is mapped all the same.
    console.info("The events are not kept: this browser gives no file system.", error);
    return undefined;
  }
}

class MemoryStore implements EventStore {
  #events = new Blob([], { type: "application/x-ndjson" });

  append(bytes: Uint8Array): void {
    this.#events = new Blob([this.#events, bytes.slice()], { type: this.#events.type });
  }

  async read(from: number, to: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#events.slice(from, to).arrayBuffer());
  }

  end(): Promise<Blob> {
    return Promise.resolve(this.#events);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FileStore implements EventStore {
  readonly #file: FileSystemFileHandle;
  readonly #release: () => void;
  #handle: FileSystemSyncAccessHandle | undefined;
  #size = 0;

  private constructor(file: FileSystemFileHandle, handle: FileSystemSyncAccessHandle, release: () => void) {
    this.#file = file;
    this.#handle = handle;
    this.#release = release;
  }

  static async open(): Promise<FileStore> {
    const folder = await navigator.storage.getDirectory();
    const name = `${PREFIX}${crypto.randomUUID()}`;
    const release = await hold(name);
    const file = await folder.getFileHandle(name, { create: true });
    return new FileStore(file, await file.createSyncAccessHandle(), release);
  }

  append(bytes: Uint8Array): void {
    for (let written = 0; this.#handle !== undefined && written < bytes.length; ) {
      // The module's memory is not shared between threads.
      const rest = bytes.subarray(written) as Uint8Array<ArrayBuffer>;
      const count = this.#handle.write(rest, { at: this.#size });
      this.#size += count;
      written += count;
    }
  }

  async read(from: number, to: number): Promise<Uint8Array> {
    if (this.#handle === undefined) {
      return new Uint8Array(await (await this.#file.getFile()).slice(from, to).arrayBuffer());
    }
    const bytes = new Uint8Array(to - from);
    return bytes.subarray(0, this.#handle.read(bytes, { at: from }));
  }

  async end(): Promise<Blob> {
    this.#handle?.close();
    this.#handle = undefined;
    return await this.#file.getFile();
  }

  async close(): Promise<void> {
    this.#handle?.close();
    this.#handle = undefined;
    await (await navigator.storage.getDirectory()).removeEntry(this.#file.name).catch(ignoreMissing);
    this.#release();
  }
}

/** Holds a lock of this name for as long as the worker lives, or until it is released: it says that the file is in use. */
function hold(name: string): Promise<() => void> {
  return new Promise((held, fail) => {
    navigator.locks.request(name, () => new Promise<void>((release) => held(release))).catch(fail);
  });
}

/** Removes what other pages left behind: at once if they are closed, else when they are. */
export async function removeAbandoned(): Promise<void> {
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await navigator.storage.getDirectory();
  } catch {
    return; // openStore tells of it when it matters
  }
  const names: string[] = [];
  for await (const name of folder.keys()) if (name.startsWith(PREFIX)) names.push(name);
  await Promise.all(
    names.map((name) => navigator.locks.request(name, () => folder.removeEntry(name).catch(ignoreMissing))),
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "NotFoundError")) throw error;
}

import {
  beginCall,
  ensure,
  free,
  MAX_MEMORY,
  MAX_RECORD,
  malloc,
  memoryEnd,
  PADDING,
  scratch,
  scratchTop,
} from "../../../assembly/abi/memory";

/** Where the arena begins now: a block that nothing stands before. */
function arenaStart(): usize {
  const block = malloc(1);
  free(block);
  return block;
}

describe("malloc", () => {
  it("gives addresses that are multiples of 8", () => {
    for (let size: usize = 0; size < 20; size++) {
      const first = malloc(size);
      const second = malloc(size);
      expect(<u32>(first | second) & 7).toBe(0, `size ${size}`);
      free(first);
      free(second);
    }
  });

  it("gives blocks that do not overlap", () => {
    for (let size: usize = 0; size < 20; size++) {
      const first = malloc(size);
      const second = malloc(1);
      expect(second).toBeGreaterThanOrEqual(first + size);
      free(first);
      free(second);
    }
  });

  it("gives blocks with readable padding behind them", () => {
    for (let size: usize = 65536 - 80; size < 65536 + 16; size++) {
      const block = malloc(size);
      expect(block + size + PADDING).toBeLessThanOrEqual(memoryEnd());
      free(block);
    }
  });

  it("gives as much as the longest record and its NUL", () => {
    const block = malloc(MAX_RECORD + 1);
    expect(block != 0).toBe(true);
    store<u8>(block + MAX_RECORD, 1);
    free(block);
  });

  it("gives 0 for more than that, and nothing need be freed", () => {
    const start = arenaStart();
    expect(malloc(MAX_RECORD + 2) == 0).toBe(true);
    expect(malloc(0x8000_0000) == 0).toBe(true);
    expect(malloc(usize.MAX_VALUE) == 0).toBe(true);
    expect(arenaStart()).toBe(start);
  });

  it("starts anew when both blocks came back in the order they were given", () => {
    const tag = malloc(10);
    const record = malloc(1000);
    free(tag);
    free(record);
    expect(arenaStart()).toBe(tag);
  });

  it("starts anew when both blocks came back the other way round", () => {
    const tag = malloc(10);
    const record = malloc(1000);
    free(record);
    free(tag);
    expect(arenaStart()).toBe(tag);
  });

  it("leaves a block alone that did not come back", () => {
    const tag = malloc(10);
    const record = malloc(1000);
    free(tag);
    const other = malloc(10);
    expect(other).toBeGreaterThanOrEqual(record + 1000);
    free(record);
    free(other);
  });

  it("leaves pages alone that a runtime has taken behind the arena", () => {
    arenaStart();
    const end = memoryEnd();
    memory.grow(1);
    expect(arenaStart()).toBeGreaterThanOrEqual(end + 65536);
  });
});

describe("free", () => {
  it("ignores 0", () => {
    const block = malloc(10);
    free(0);
    const other = malloc(10);
    expect(other).toBeGreaterThanOrEqual(block + 10);
    free(block);
    free(other);
  });

  it("ignores one call too many", () => {
    const start = arenaStart();
    free(start);
    free(start);
    const block = malloc(10);
    const other = malloc(10);
    expect(block).toBe(start);
    expect(other).toBeGreaterThanOrEqual(block + 10);
    free(block);
    free(other);
  });
});

describe("scratch memory", () => {
  it("begins behind the padding of the last block", () => {
    const block = malloc(1001);
    beginCall(0);
    expect(scratch(1)).toBeGreaterThanOrEqual(block + 1001 + PADDING);
    free(block);
  });

  it("begins at a multiple of 8, however long the areas before are", () => {
    beginCall(0);
    for (let size: usize = 0; size < 20; size++) expect(<u32>scratch(size) & 7).toBe(0);
  });

  it("has readable padding between its areas and behind the last", () => {
    beginCall(0);
    for (let size: usize = 0; size < 5000; size++) {
      const at = scratch(size);
      const end = at + size + PADDING;
      if (end > scratchTop() || end > memoryEnd()) expect(end).toBe(0, `size ${size}`);
    }
    expect(scratchTop()).toBeLessThanOrEqual(memoryEnd());
  });

  it("begins where the next answer may begin", () => {
    beginCall(0);
    scratch(100);
    const top = scratchTop();
    expect(scratch(1)).toBe(top);
  });

  it("is laid anew by the next call", () => {
    const block = malloc(10);
    beginCall(0);
    const first = scratch(100);
    scratch(100000);
    beginCall(0);
    expect(scratch(100)).toBe(first);
    free(block);
  });

  it("begins behind the answers before it where a call says so", () => {
    const block = malloc(10);
    beginCall(0);
    const from = scratchTop() + 1001;
    beginCall(from);
    expect(scratchTop()).toBeGreaterThanOrEqual(from);
    expect(scratchTop()).toBeLessThan(from + 8);
    free(block);
  });

  it("does not begin in a block, whatever a call says", () => {
    const block = malloc(1000);
    beginCall(block);
    expect(scratchTop()).toBeGreaterThanOrEqual(block + 1000);
    free(block);
  });

  it("is 0 where more is asked for than the module may have", () => {
    beginCall(0);
    expect(scratch(MAX_MEMORY) == 0).toBe(true);
    expect(scratch(8) != 0).toBe(true);
  });
});

describe("memory", () => {
  it("is not grown for what is there", () => {
    const end = memoryEnd();
    expect(ensure(end)).toBe(true);
    expect(memoryEnd()).toBe(end);
  });

  it("is grown for what is not there", () => {
    const end = memoryEnd() + 1;
    expect(ensure(end)).toBe(true);
    expect(memoryEnd()).toBeGreaterThanOrEqual(end);
  });

  it("is not grown beyond the module's limit", () => {
    const end = memoryEnd();
    expect(ensure(MAX_MEMORY + 1)).toBe(false);
    expect(memoryEnd()).toBe(end);
  });

  it("does not grow with the number of calls", () => {
    arenaStart();
    let end: usize = 0;
    for (let call = 0; call < 200000; call++) {
      const tag = malloc(20);
      const record = malloc(5000);
      beginCall(0);
      scratch(15000);
      ensure(scratchTop() + 10000);
      free(tag);
      free(record);
      if (call == 0) end = memoryEnd();
    }
    expect(memoryEnd()).toBe(end);
  });

  it("is never larger than the module's limit, even where it grows by more than was asked for", () => {
    for (let end = memoryEnd(); end <= MAX_MEMORY; end += 32 * 1024 * 1024) {
      expect(ensure(end)).toBe(true);
      expect(memoryEnd()).toBeLessThanOrEqual(MAX_MEMORY, `asked for ${end} bytes`);
    }
  });
});
